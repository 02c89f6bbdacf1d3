/** Whether this browser believes our certificate: only then it lets a page keep a service worker. */

/** Also where somebody clicked past a warning this says no. @returns {Promise<boolean>} */
export async function keepsWorker() {
  if (!window.isSecureContext || !("serviceWorker" in navigator)) return false;
  try {
    await navigator.serviceWorker.register("/offline-worker.js");
    return true;
  } catch (error) {
    console.info("no worker is kept here", String(error));
    return false;
  }
}
