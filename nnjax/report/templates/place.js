(function () {
  "use strict";
  // Marks in the contents the chapter that is being read.
  if (!("IntersectionObserver" in window)) { return; }
  var links = {};
  document.querySelectorAll("nav a[data-jump]").forEach(function (link) { links[link.getAttribute("data-jump")] = link; });
  var seen = new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) {
      var link = links[entry.target.id];
      if (!link || !entry.isIntersecting) { return; }
      Object.keys(links).forEach(function (key) { links[key].removeAttribute("aria-current"); });
      link.setAttribute("aria-current", "location");
    });
  }, { rootMargin: "0px 0px -75% 0px" });
  document.querySelectorAll("main > section").forEach(function (section) { seen.observe(section); });
})();
