// Runs before the page is drawn, so that a stored theme does not flash and
// nothing moves when the controls that need a script come to life.
try {
  var theme = localStorage.getItem("docs-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch (e) {}
document.documentElement.dataset.js = navigator.clipboard && window.ClipboardItem ? "copy" : "";
// A reader who is faster than a transition is no error.
["pageswap", "pagereveal"].forEach(function (type) {
  addEventListener(type, function (event) {
    if (event.viewTransition) event.viewTransition.ready.catch(function () {});
  });
});
