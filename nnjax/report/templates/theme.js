(function () {
  "use strict";
  var kept = null;
  try { kept = window.localStorage.getItem("nnjax-theme"); } catch (refused) { kept = null; }
  if (kept === "light" || kept === "dark") { document.documentElement.setAttribute("data-theme", kept); }
})();
