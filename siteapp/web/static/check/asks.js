/** What only a person can tell: keys and input method, a tone, the camera. Each answer goes out at once. */

import { el, setText } from "../shared/dom.js";
import { t } from "../shared/words.js";

const CHINESE = /[\u3400-\u9fff]/;
const TONE_HZ = 660;
const TONE_S = 1.2;
const PICTURE_MS = 5000;

/** @typedef {(found: Record<string, boolean>) => void} Told */

/** @param {string} text @param {() => void} act */
const plain = (text, act) => el("button", { type: "button", class: "plain", on: { click: act } }, text);

/**
 * Typed, not pasted: keys by their presses, Chinese by composition. Some input methods compose nothing the page hears of, but
 * their key presses say that they are there.
 * @param {Told} told @param {(name: string) => boolean} known
 */
export function keys(told, known) {
  const input = el("input", { id: "word", type: "text", maxlength: 20, autocomplete: "off", spellcheck: "false" });
  let [letter, digit, composed] = [false, false, false];
  const look = (/** @type {string} */ text) => {
    if (CHINESE.test(text) && !known("input_method")) told({ input_method: true });
  };
  input.addEventListener("keydown", (event) => {
    letter = letter || /^Key[A-Z]$/.test(event.code) || /^[a-z]$/i.test(event.key);
    digit = digit || /^[0-9]$/.test(event.key) || /^(Digit|Numpad)[0-9]$/.test(event.code);
    composed = composed || event.isComposing || event.key === "Process" || event.keyCode === 229;
    if (letter && digit && !known("keyboard")) told({ keyboard: true });
  });
  input.addEventListener("compositionend", (event) => {
    composed = true;
    look(event.data || "");
  });
  input.addEventListener("input", () => composed && look(input.value));
  const label = el("label", { for: "word" }, t("键盘和输入法（可选）：请键入“考试2026”", "Keyboard and input method (optional): type 考试2026"));
  const cannot = [plain(t("打不出中文", "No Chinese comes"), () => told({ input_method: false })), plain(t("有按键不灵", "Some keys fail"), () => told({ keyboard: false }))];
  return el("section", { class: "card row end-row" }, el("div", { class: "grow" }, label, input), ...cannot);
}

/** @param {Told} told @param {boolean} wanted */
export function sound(told, wanted) {
  const answers = el("span", { class: "row", hidden: true }, plain(t("听到了", "I heard it"), () => told({ sound: true })), plain(t("没有声音", "I heard nothing"), () => told({ sound: false })));
  const fault = el("span", { class: "quiet", role: "status" });
  const play = plain(t("播放提示音", "Play a tone"), async () => {
    try {
      await tone();
      answers.hidden = false;
    } catch (error) {
      setText(fault, t("本机放不出声音：", "No tone can be played here: ") + String(error));
      told({ sound: false });
    }
  });
  const what = wanted ? t("声音（必须）", "Sound (needed)") : t("声音（可选）", "Sound (optional)");
  return el("section", { class: "card row" }, el("span", { class: "grow" }, what), play, answers, fault);
}

async function tone() {
  const audio = new AudioContext();
  await audio.resume();
  const [source, volume] = [audio.createOscillator(), audio.createGain()];
  source.frequency.value = TONE_HZ;
  volume.gain.value = 0.3;
  source.connect(volume);
  volume.connect(audio.destination);
  source.start();
  source.stop(audio.currentTime + TONE_S);
  source.onended = () => audio.close();
}

/** Only where the site wants it; no picture leaves the machine. @param {Told} told */
export function camera(told) {
  const fault = el("span", { class: "quiet", role: "status" });
  const picture = el("video", { width: 160, height: 120, muted: true, hidden: true });
  const look = plain(t("检查摄像头", "Check the camera"), async () => {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      picture.srcObject = stream;
      picture.hidden = false;
      await picture.play();
      told({ camera: await shows(picture) });
      setTimeout(() => {
        stream.getTracks().forEach((track) => track.stop());
        picture.hidden = true;
      }, PICTURE_MS);
    } catch (error) {
      setText(fault, t("摄像头不可用：", "No camera: ") + String(error));
      told({ camera: false });
    }
  });
  return el("section", { class: "card row" }, el("span", { class: "grow" }, t("摄像头（必须）", "Camera (needed)")), picture, look, fault);
}

/** A frame came, and it is not all of one colour. @param {HTMLVideoElement} picture */
async function shows(picture) {
  await new Promise((done) => setTimeout(done, 800));
  const place = el("canvas", { width: 32, height: 24 });
  const draw = place.getContext("2d");
  if (!draw || !picture.videoWidth) return false;
  draw.drawImage(picture, 0, 0, 32, 24);
  const { data } = draw.getImageData(0, 0, 32, 24);
  return data.some((value, n) => n % 4 !== 3 && Math.abs(value - data[n % 4]) > 4);
}

/** What Safe Exam Browser tells the page's script; null elsewhere. */
export function lockdown() {
  const said = /** @type {any} */ (window).SafeExamBrowser;
  const hash = said && said.security && said.security.configKey;
  return /^[0-9a-f]{64}$/i.test(hash || "") ? { url: location.href.split("#")[0].slice(0, 500), hash } : null;
}
