/** The one button of a page that is a paper. */
const button = document.getElementById("print");
button?.addEventListener("click", () => window.print());
