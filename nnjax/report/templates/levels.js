(function () {
  "use strict";
  // A level in a legend is a switch: it puts its lines aside in every figure of the page, and takes them back.
  var off = {};
  function set(level, isOff) {
    off[level] = isOff;
    document.querySelectorAll("[data-level]").forEach(function (line) {
      line.classList.toggle("dim", !!off[line.getAttribute("data-level")]);
    });
    document.querySelectorAll("[data-key]").forEach(function (key) {
      if (key.firstChild.setAttribute) { key.firstChild.setAttribute("aria-pressed", off[key.getAttribute("data-key")] ? "false" : "true"); }
    });
  }
  document.querySelectorAll("[data-key]").forEach(function (key) {
    var button = document.createElement("button"), level = key.getAttribute("data-key");
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    while (key.firstChild) { button.appendChild(key.firstChild); }
    key.appendChild(button);
    button.addEventListener("click", function () { set(level, !off[level]); });
  });
  // A mark of a cell leads to the page that looks into it; in a frame there is none.
  var cells = "cells.html";
  if (window.parent === window && document.querySelector("a[href='" + cells + "']")) {
    document.querySelectorAll("[data-cell]").forEach(function (mark) {
      mark.addEventListener("click", function () { window.location.href = cells + "#" + mark.getAttribute("data-cell"); });
    });
  }
})();
