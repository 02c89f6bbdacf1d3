/**
 * Lets the candidate's page open while the server is away, over HTTPS only (browsers know no workers on
 * plain HTTP). Served with two lines before it: RELEASE, a digest of all files, and FILES, their paths.
 * It keeps exactly these and answers for nothing else: no question to the server is ever kept.
 */

/** Opened from here at once: all files are of one release, whatever the server has by now. */
const KEPT = `examsite-page-${RELEASE}`;

self.addEventListener("install", (event) => {
  const fresh = FILES.map((path) => new Request(path, { cache: "reload" }));
  const kept = caches.open(KEPT).then((cache) => cache.addAll(fresh));
  event.waitUntil(kept.then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(forgetOthers().then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const { origin, pathname } = new URL(event.request.url);
  const ours = event.request.method === "GET" && origin === location.origin;
  if (ours && FILES.includes(pathname)) event.respondWith(answer(event.request, pathname));
});

/** What an earlier release left. */
async function forgetOthers() {
  const names = (await caches.keys()).filter((name) => name.startsWith("examsite-page-") && name !== KEPT);
  await Promise.all(names.map((name) => caches.delete(name)));
}

/** @param {Request} request @param {string} pathname without the seat, which the page reads itself */
async function answer(request, pathname) {
  const cache = await caches.open(KEPT);
  return (await cache.match(pathname)) || fetch(request);
}
