(function () {
  var box = document.getElementById("filter");
  box.addEventListener("input", function () {
    var words = box.value.toLowerCase().split(/\s+/);
    document.querySelectorAll("tbody tr").forEach(function (row) {
      var text = row.textContent.toLowerCase();
      row.hidden = !words.every(function (word) { return text.indexOf(word) >= 0; });
    });
  });
  document.querySelectorAll("th button").forEach(function (button) {
    button.addEventListener("click", function () {
      var head = button.parentNode, place = head.cellIndex, body = head.closest("table").tBodies[0];
      var down = head.getAttribute("aria-sort") === "ascending";
      head.parentNode.querySelectorAll("th").forEach(function (other) {
        other.removeAttribute("aria-sort");
      });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      Array.from(body.rows).sort(function (a, b) {
        var x = a.cells[place].textContent, y = b.cells[place].textContent;
        var difference = parseFloat(x) - parseFloat(y);
        return (isNaN(difference) ? x.localeCompare(y) : difference) * (down ? -1 : 1);
      }).forEach(function (row) { body.appendChild(row); });
    });
  });
})();
