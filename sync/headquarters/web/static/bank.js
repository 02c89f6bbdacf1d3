/** The preview beside the form follows what is typed; without this file its button does the same. */

const PAUSE_MS = 400;
const form = /** @type {HTMLFormElement|null} */ (document.getElementById("item"));
const frame = /** @type {HTMLIFrameElement|null} */ (document.getElementById("preview"));
let timer = 0;
let asked = 0;

/** Asks how the form looks to a candidate; an answer that is overtaken is dropped. */
async function preview() {
  if (!form || !frame) return;
  const mine = ++asked;
  const answer = await fetch("/bank/preview", { method: "POST", body: new URLSearchParams(new FormData(form)) }).catch(() => null);
  if (!answer || !answer.ok || mine !== asked) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const shown = frame.contentDocument;
  if (!shown || mine !== asked) return;
  if (!shown.querySelector("body.preview")) {
    // The first look of a new item: the frame has no page of ours yet.
    shown.head.replaceChildren(...[...page.head.children].map((one) => shown.importNode(one, true)));
    shown.body.className = "preview";
  }
  shown.body.replaceChildren(...[...page.body.children].map((one) => shown.importNode(one, true)));
}

if (form && frame) {
  form.addEventListener("input", () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(preview, PAUSE_MS);
  });
}
