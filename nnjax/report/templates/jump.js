(function () {
  "use strict";
  // Inside a sandboxed frame plain "#anchor" links do nothing: jump by hand.
  document.querySelectorAll("a[data-jump]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      var target = document.getElementById(link.getAttribute("data-jump"));
      if (!target) { return; }
      event.preventDefault();
      target.scrollIntoView();
      target.focus({ preventScroll: true });
    });
  });
  document.getElementById("theme").addEventListener("click", function () {
    var root = document.documentElement;
    var now = root.getAttribute("data-theme");
    var dark = now ? now === "dark" : window.matchMedia("(prefers-color-scheme: dark)").matches;
    root.setAttribute("data-theme", dark ? "light" : "dark");
    try { window.localStorage.setItem("nnjax-theme", dark ? "light" : "dark"); } catch (refused) { return; }
  });
})();
