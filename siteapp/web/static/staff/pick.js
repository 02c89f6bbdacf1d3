// Shows the name of the chosen file; without this script the form works all the same.

const input = document.getElementById("file");
const name = document.getElementById("file-name");
if (input && name) {
  const none = name.textContent;
  const show = () => (name.textContent = input.files.length ? input.files[0].name : none);
  input.addEventListener("change", show);
  show();
}
