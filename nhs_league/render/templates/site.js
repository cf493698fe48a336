(function () {
  var box = document.getElementById("words");
  var picks = Array.from(document.querySelectorAll("select[data-column]"));
  var count = document.getElementById("count");
  var rows = Array.from(document.querySelectorAll("table.sorted tbody tr"));
  var texts = rows.map(function (row) {
    var cells = Array.from(row.cells);
    return cells.map(function (cell) {
      return cell.className === "strip-cell" ? "" : cell.textContent;
    }).join(" ").toLowerCase();
  });

  function narrow() {
    var words = box.value.toLowerCase().split(/\s+/);
    var shown = 0;
    rows.forEach(function (row, place) {
      var kept = words.every(function (word) { return texts[place].indexOf(word) >= 0; });
      picks.forEach(function (pick) {
        var cell = row.querySelector("[data-label=" + pick.dataset.column + "]");
        kept = kept && (!pick.value || cell.textContent.trim() === pick.value);
      });
      row.hidden = !kept;
      shown += kept ? 1 : 0;
    });
    document.querySelectorAll("section.league").forEach(function (section) {
      section.hidden = !section.querySelector("table.sorted tbody tr:not([hidden])");
    });
    count.textContent = shown + (shown === 1 ? " trust" : " trusts") + " shown";
  }

  box.addEventListener("input", narrow);
  picks.forEach(function (pick) { pick.addEventListener("change", narrow); });
  document.querySelectorAll("th button").forEach(function (button) {
    button.addEventListener("click", function () {
      var head = button.parentNode, place = head.cellIndex, body = head.closest("table").tBodies[0];
      var down = head.getAttribute("aria-sort") === "ascending";
      head.parentNode.querySelectorAll("th").forEach(function (other) {
        other.removeAttribute("aria-sort");
      });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      function figure(row) {
        return parseFloat(row.cells[place].textContent.replace("\u2212", "-"));
      }
      Array.from(body.rows).sort(function (a, b) {
        var x = figure(a), y = figure(b), way = down ? -1 : 1;
        if (isNaN(x) !== isNaN(y)) { return isNaN(x) ? 1 : -1; }
        if (!isNaN(x)) { return (x - y) * way; }
        return a.cells[place].textContent.localeCompare(b.cells[place].textContent) * way;
      }).forEach(function (row) { body.appendChild(row); });
    });
  });
})();
