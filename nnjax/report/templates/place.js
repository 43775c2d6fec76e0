(function () {
  "use strict";
  // Marks in the contents the chapter that is being read. By hand: in another site's frame an observer's margins are ignored.
  var links = Array.prototype.slice.call(document.querySelectorAll("nav a[data-jump]")), isWaiting = false;
  function mark() {
    var read = links[0];
    isWaiting = false;
    links.forEach(function (link) {
      var chapter = document.getElementById(link.getAttribute("data-jump"));
      if (chapter && chapter.getBoundingClientRect().top < window.innerHeight / 4) { read = link; }
    });
    links.forEach(function (link) {
      if (link === read) { link.setAttribute("aria-current", "location"); } else { link.removeAttribute("aria-current"); }
    });
  }
  window.addEventListener("scroll", function () {
    if (!isWaiting) { isWaiting = true; window.requestAnimationFrame(mark); }
  }, { passive: true });
  mark();
})();
