(function () {
  "use strict";
  // Looks into cells: tips on marks, levels to pick, the curves of a cell's replicates. All from the pack in the page.
  var holder = document.getElementById("pack");
  var pack = JSON.parse(holder.textContent);
  var SVG = document.querySelector("svg").namespaceURI;
  var view = document.getElementById("cell-view"), choice = document.getElementById("cell-choice");
  var byId = {}, starts = [], total = 0;
  pack.cells.forEach(function (cell, place) {
    byId[cell.id] = place;
    starts.push(total);
    total += cell.runs.length;
  });
  pack.curves.forEach(function (curve) { curve.bytes = atob(curve.data); });

  function element(name, attributes, parent, text) {
    var made = name === "svg" || parent instanceof SVGElement ? document.createElementNS(SVG, name) : document.createElement(name);
    Object.keys(attributes).forEach(function (key) { made.setAttribute(key, attributes[key]); });
    if (text !== undefined) { made.textContent = text; }
    if (parent) { parent.appendChild(made); }
    return made;
  }
  function short(value, digits) {
    return value === null ? "–" : value.toFixed(digits === undefined ? 3 : digits).replace("-", "−");
  }
  function scores(cell) {
    return cell.runs.map(function (run) { return run[4]; }).filter(function (score) { return score !== null; });
  }
  function describe(cell) {
    var found = scores(cell), mean = null, spread = null, lost = {};
    cell.runs.forEach(function (run) { if (run[2] !== "finished") { lost[run[2]] = (lost[run[2]] || 0) + 1; } });
    if (found.length) {
      mean = found.reduce(function (sum, each) { return sum + each; }, 0) / found.length;
      spread = Math.sqrt(found.reduce(function (sum, each) { return sum + (each - mean) * (each - mean); }, 0) / Math.max(1, found.length - 1));
    }
    var words = pack.score + " " + short(mean) + " on average over " + found.length + " replicates (standard deviation " + short(spread) + ")";
    Object.keys(lost).forEach(function (status) { words += ", " + lost[status] + " " + status; });
    return words;
  }

  // --- the curves of one cell -------------------------------------------------------------------------------------
  function numbers(curve, place) {
    var range = curve.ranges[place], cell = pack.cells[place], length = pack.epochs.length;
    return cell.runs.map(function (run, index) {
      var line = [], start = (starts[place] + index) * length;
      for (var at = 0; at < length; at += 1) {
        var code = curve.bytes.charCodeAt(start + at);
        line.push(code === 255 || !range ? null : range[0] + code / 254 * (range[1] - range[0]));
      }
      return line;
    });
  }
  function ticks(low, high, isLog) {
    var found = [], step, at;
    if (isLog) {
      step = Math.max(1, Math.ceil((high - low) / 5));
      for (at = Math.ceil(low); at <= high; at += step) { found.push([at, at >= -2 && at < 5 ? String(Math.pow(10, at)).slice(0, 6) : "10" + superscript(at)]); }
      if (found.length < 2) {
        found = [];
        [low, (low + high) / 2, high].forEach(function (each) { found.push([each, Number(Math.pow(10, each).toPrecision(2)).toString()]); });
      }
      return found;
    }
    var raw = (high - low) / 4 || 1, power = Math.pow(10, Math.floor(Math.log10(raw)));
    step = [1, 2, 5, 10].map(function (each) { return each * power; }).filter(function (each) { return each >= raw; })[0];
    for (at = Math.ceil(low / step) * step; at <= high + 1e-9; at += step) { found.push([at, Number(at.toPrecision(6)).toString().replace("-", "−")]); }
    return found;
  }
  function superscript(number) {
    return String(number).split("").map(function (letter) { return letter === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(letter)]; }).join("");
  }
  function panel(parent, title, curves, place) {
    var width = 290, height = 225, left = 46, right = 10, top = 12, bottom = 34;
    var lines = curves.map(function (curve) { return numbers(curve, place); });
    var all = [].concat.apply([], [].concat.apply([], lines)).filter(function (value) { return value !== null; });
    var box = element("div", { "class": "panel" }, parent);
    element("p", { "class": "title" }, box, title);
    if (!all.length) { element("p", { "class": "note" }, box, "This cell has no such curve."); return; }
    var low = Math.min.apply(null, all), high = Math.max.apply(null, all), last = Math.log10(pack.epochs[pack.epochs.length - 1]) || 1;
    var margin = (high - low || 1) * 0.05;
    low -= margin; high += margin;
    function x(epoch) { return left + Math.log10(epoch) / last * (width - left - right); }
    function y(value) { return height - bottom - (value - low) / (high - low) * (height - top - bottom); }
    var svg = element("svg", { viewBox: "0 0 " + width + " " + height, role: "img", "aria-label": title + " of " + pack.cells[place].label }, box);
    ticks(low, high, curves[0].is_log).forEach(function (tick) {
      element("line", { x1: left, x2: width - right, y1: y(tick[0]), y2: y(tick[0]), "class": "grid" }, svg);
      element("text", { x: left - 6, y: y(tick[0]) + 4, "text-anchor": "end" }, svg, tick[1]);
    });
    for (var power = 0; power <= last + 0.01; power += 1) {
      element("text", { x: x(Math.pow(10, power)), y: height - bottom + 16, "text-anchor": "middle" }, svg, String(Math.pow(10, power)));
    }
    element("text", { x: width - right, y: height - 4, "text-anchor": "end" }, svg, "epoch");
    lines.forEach(function (runs, which) {
      runs.forEach(function (line, index) {
        var path = "", down = false;
        line.forEach(function (value, at) {
          if (value === null) { down = false; return; }
          path += (down ? "L" : "M") + x(pack.epochs[at]).toFixed(1) + " " + y(value).toFixed(1);
          down = true;
        });
        if (path) { element("path", { d: path, "class": "run kind-" + which, "data-run": index }, svg); }
      });
    });
  }
  function show(place) {
    var cell = pack.cells[place], panels = document.getElementById("cell-panels"), body = document.querySelector("#cell-runs tbody");
    choice.value = String(place);
    document.getElementById("cell-words").textContent = cell.label + ": " + describe(cell) + ".";
    panels.textContent = "";
    var titles = [];
    pack.curves.forEach(function (curve) { if (titles.indexOf(curve.panel) < 0) { titles.push(curve.panel); } });
    titles.forEach(function (title) {
      panel(panels, title, pack.curves.filter(function (curve) { return curve.panel === title; }), place);
    });
    body.textContent = "";
    cell.runs.forEach(function (run, index) {
      var row = element("tr", { tabindex: "0" }, body);
      [run[0], run[1], run[2], run[3], short(run[4])].forEach(function (value, column) {
        element("td", column === 2 ? {} : { "class": "n" }, row, value === null ? "–" : String(value));
      });
      element("code", {}, element("td", {}, row), "nnjax run " + run[5]);
      function mark(isOn) {
        view.querySelectorAll('[data-run="' + index + '"]').forEach(function (line) { line.classList.toggle("on", isOn); });
      }
      row.addEventListener("pointerenter", function () { mark(true); });
      row.addEventListener("pointerleave", function () { mark(false); });
      row.addEventListener("focus", function () { mark(true); });
      row.addEventListener("blur", function () { mark(false); });
    });
  }
  pack.cells.forEach(function (cell, place) { element("option", { value: String(place) }, choice, cell.label); });
  document.getElementById("cell-score").textContent = pack.score;
  var keys = document.getElementById("cell-keys"), named = {};
  pack.curves.forEach(function (curve) {
    var kind = pack.curves.filter(function (each) { return each.panel === curve.panel; }).indexOf(curve);
    if (named[curve.label]) { return; }
    named[curve.label] = true;
    var key = element("li", {}, keys), mark = element("svg", { viewBox: "0 0 30 12", "class": "mark", "aria-hidden": "true" }, key);
    element("path", { d: "M1 6L29 6", "class": "run on kind-" + kind }, mark);
    key.appendChild(document.createTextNode(curve.label));
  });
  choice.addEventListener("change", function () { show(Number(choice.value)); });
  view.hidden = false;

  // --- tips ---------------------------------------------------------------------------------------------------------
  var tip = element("div", { id: "tip", role: "status", hidden: "" }, document.body);
  var marks = Array.prototype.slice.call(document.querySelectorAll("[data-cell]")).filter(function (mark) {
    return byId[mark.getAttribute("data-cell")] !== undefined;
  });
  function cellOf(mark) { return pack.cells[byId[mark.getAttribute("data-cell")]]; }
  function point(mark) {
    var cell = cellOf(mark), box = mark.getBoundingClientRect();
    tip.textContent = "";
    element("b", {}, tip, cell.label);
    element("span", {}, tip, describe(cell));
    element("code", {}, tip, "nnjax run " + cell.runs[0][5]);
    tip.hidden = false;
    var left = Math.min(window.innerWidth - tip.offsetWidth - 8, Math.max(8, box.left + box.width / 2 - tip.offsetWidth / 2));
    var above = box.top - tip.offsetHeight - 8;
    tip.style.left = left + "px";
    tip.style.top = (above > 4 ? above : box.bottom + 8) + "px";
    marks.forEach(function (other) { other.classList.toggle("pointed", other === mark); });
  }
  function leave() {
    tip.hidden = true;
    marks.forEach(function (mark) { mark.classList.remove("pointed"); });
  }
  function look(mark) {
    leave();
    show(byId[mark.getAttribute("data-cell")]);
    document.getElementById("cells").scrollIntoView();
    choice.focus({ preventScroll: true });
  }
  marks.forEach(function (mark) {
    mark.addEventListener("pointerenter", function () { point(mark); });
    mark.addEventListener("pointerleave", leave);
    mark.addEventListener("click", function () { look(mark); });
  });
  // By keyboard: the figure takes the focus, arrows go from mark to mark, Enter looks into the cell.
  Array.prototype.slice.call(document.querySelectorAll("figure.drawn")).forEach(function (figure) {
    var inside = marks.filter(function (mark) { return figure.contains(mark); }), at = 0;
    if (!inside.length) { return; }
    var panels = figure.querySelector(".panels");
    panels.setAttribute("tabindex", "0");
    panels.setAttribute("role", "group");
    panels.setAttribute("aria-label", "Marks of cells: arrow keys go from one to the next, Enter looks into it");
    panels.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step) { at = (at + step + inside.length) % inside.length; point(inside[at]); event.preventDefault(); }
      if (event.key === "Enter") { look(inside[at]); event.preventDefault(); }
      if (event.key === "Escape") { leave(); }
    });
    panels.addEventListener("focus", function () { if (panels.matches(":focus-visible")) { point(inside[at]); } });
    panels.addEventListener("blur", leave);
  });

  // --- levels to pick -----------------------------------------------------------------------------------------------
  var first = pack.cells[0], factors = Object.keys(first ? first.levels : {}), off = {};
  var place = document.querySelector("#grid figure.drawn");
  // A level as the marks write it: "full (265)" is 265 there.
  function keyOf(factor, level) { return factor + "\n" + level.replace(/^full \((\d+)\)$/, "$1"); }
  function dim() {
    marks.forEach(function (mark) {
      var levels = cellOf(mark).levels;
      mark.classList.toggle("dim", factors.some(function (factor) { return off[keyOf(factor, levels[factor])]; }));
    });
  }
  if (place && factors.length) {
    var bar = document.createElement("div");
    bar.className = "picker";
    place.insertBefore(bar, place.firstChild);
    factors.forEach(function (factor) {
      var group = element("div", { role: "group", "aria-label": "Levels of " + factor }, bar), seen = {};
      element("span", {}, group, factor);
      pack.cells.forEach(function (cell) {
        var level = cell.levels[factor];
        if (seen[level]) { return; }
        seen[level] = true;
        var button = element("button", { type: "button", "aria-pressed": "true" }, group, level);
        button.addEventListener("click", function () {
          var key = keyOf(factor, level);
          off[key] = !off[key];
          button.setAttribute("aria-pressed", off[key] ? "false" : "true");
          dim();
        });
      });
    });
  }
  show(byId[window.location.hash.slice(1)] || 0);
})();
