// Shows the name of the chosen file, and says at once if it is too large to be sent; without this script the form works all the same.

const input = document.getElementById("file");
const name = document.getElementById("file-name");
if (input && name) {
  const none = name.textContent;
  const show = () => {
    const file = input.files[0];
    const over = file && file.size > Number(input.dataset.most || Infinity);
    name.textContent = over ? input.dataset.tooLarge : file ? file.name : none;
    input.setCustomValidity(over ? input.dataset.tooLarge : "");
  };
  input.addEventListener("change", show);
  show();
}
