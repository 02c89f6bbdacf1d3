/** This page is open: said now and then, so that the administrator's list of machines knows. */

import { mark } from "./marker.js";

const EVERY_MS = 20_000;

/** @param {() => number} seat which this machine remembers, 0 if none */
export function keepSeen(seat) {
  const marker = mark();
  if (!marker) return;
  const tell = async () => {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ marker, seat: seat() || 0 });
    try {
      await fetch("/api/machine/seen", { method: "POST", headers, body, cache: "no-store" });
    } catch (error) {
      console.info("not told that this page is open", String(error));
    }
  };
  tell();
  setInterval(tell, EVERY_MS);
}
