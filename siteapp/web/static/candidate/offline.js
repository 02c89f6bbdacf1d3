/** Over HTTPS a service worker keeps the page's own files, so that it opens while the server is away. */

/**
 * Asks for the worker; without one the page works as before and only cannot be opened offline.
 * @param {() => boolean} idle true if nobody has signed in: then a newer release may take over at once
 */
export async function openOffline(idle) {
  if (location.protocol !== "https:" || !("serviceWorker" in navigator)) return;
  const workers = navigator.serviceWorker;
  const hadOne = workers.controller !== null;
  workers.addEventListener("controllerchange", () => {
    if (hadOne && idle()) location.reload();
  });
  try {
    await workers.register("/offline-worker.js");
  } catch (error) {
    console.warn("this page cannot be opened while the server is away", error);
  }
}
