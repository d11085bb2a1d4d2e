// Runs before the page is drawn, so that a stored theme does not flash.
try {
  var theme = localStorage.getItem("docs-theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch (e) {}
document.documentElement.dataset.js = "";
