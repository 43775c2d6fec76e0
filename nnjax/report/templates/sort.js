(function () {
  "use strict";
  // What a cell says as a number: "−0.035", "1,234", "9 %", "< 0.001", "full (265)"; nothing for "–".
  function number(text) {
    var found = text.replace(/,/g, "").replace("−", "-").match(/-?\d+(\.\d+)?(e[-−]?\d+)?/);
    return found ? parseFloat(found[0].replace("−", "-")) : NaN;
  }
  function compare(a, b, byNumber) {
    return byNumber ? number(a) - number(b) : a.localeCompare(b);
  }
  function isMissing(text, byNumber) {
    return text === "" || text === "–" || (byNumber && isNaN(number(text)));
  }
  function sort(body, index, byNumber, sign) {
    var rows = Array.prototype.slice.call(body.rows).map(function (row) {
      return { row: row, text: row.cells[index].textContent.trim() };
    });
    rows.sort(function (a, b) {
      var lacks = isMissing(a.text, byNumber) - isMissing(b.text, byNumber);
      return lacks || (isMissing(a.text, byNumber) ? 0 : sign * compare(a.text, b.text, byNumber));
    });
    rows.forEach(function (entry) { body.appendChild(entry.row); });
  }
  document.querySelectorAll(".scroll table").forEach(function (table) {
    var heads = Array.prototype.slice.call(table.tHead.rows[0].cells);
    heads.forEach(function (head, index) {
      var button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      while (head.firstChild) button.appendChild(head.firstChild);
      head.appendChild(button);
      button.addEventListener("click", function () {
        var rises = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach(function (other) { other.removeAttribute("aria-sort"); });
        head.setAttribute("aria-sort", rises ? "ascending" : "descending");
        sort(table.tBodies[0], index, head.classList.contains("n"), rises ? 1 : -1);
      });
    });
  });
})();
