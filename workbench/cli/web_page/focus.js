// What is typed goes to the screen from the start, without a click on it first. Only once it is drawn: Textual's
// script tells the screen of the focus over a connection that must be open by then.
addEventListener("load", () => {
  const drawn = new MutationObserver(() => {
    if (document.body.classList.contains("-first-byte")) {
      drawn.disconnect();
      document.querySelector(".xterm-helper-textarea").focus();
    }
  });
  drawn.observe(document.body, { attributeFilter: ["class"] });
});
