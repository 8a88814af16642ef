// Search over the index in assets/search-*.js. Nothing that is typed leaves this machine.
(function () {
  "use strict";
  var box = document.getElementById("q");
  var found = document.getElementById("found");
  if (!box || !found) return;
  var front = document.getElementById("front");
  var count = document.getElementById("count");
  var hits = document.getElementById("hits");
  var files = found.dataset.index.split(" ").filter(Boolean);
  var SHOWN = 60;
  var stories = null;
  var wanted = null; // what is to be done once they are there; while typing, the newest only

  function fold(text) {
    return text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();
  }

  function words(text) {
    return fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  }

  function row(fields) {
    var tags = fields[5].join(" "), outlets = fields[6].join(" ");
    return {
      id: fields[0], headline: fields[1], dek: fields[2], week: fields[3],
      outlets: fields[4], tags: fields[5],
      title: " " + words(fields[1]).join(" "),
      rest: " " + words([fields[2], tags, outlets].join(" ")).join(" ")
    };
  }

  // Adds each file as a script: a page that was opened from disk may not fetch.
  function load(then) {
    if (stories) return then();
    var isUnderWay = wanted !== null;
    wanted = then;
    if (isUnderWay) return;
    var waiting = files.length;
    function done() {
      waiting -= 1;
      if (waiting > 0) return;
      stories = [].concat.apply([], window.perigee || []).map(row);
      stories.sort(function (a, b) { return a.week < b.week ? 1 : a.week > b.week ? -1 : 0; });
      wanted();
    }
    if (!waiting) { waiting = 1; return done(); }
    files.forEach(function (file) {
      var script = document.createElement("script");
      script.src = file;
      script.onload = script.onerror = done;
      document.head.appendChild(script);
    });
  }

  // Latin words are found by their beginning; scripts without spaces anywhere.
  function points(story, term) {
    var needle = /^[\u0000-\u024f]+$/.test(term) ? " " + term : term;
    if (story.title.indexOf(needle) >= 0) return 3;
    return story.rest.indexOf(needle) >= 0 ? 1 : 0;
  }

  function search(query) {
    var terms = words(query);
    return stories.map(function (story) {
      var each = terms.map(function (term) { return points(story, term); });
      var all = each.every(Boolean) && each.length;
      return { story: story, points: all ? each.reduce(function (a, b) { return a + b; }) : 0 };
    }).filter(function (hit) { return hit.points; })
      .sort(function (a, b) { return b.points - a.points; });
  }

  function element(name, text, kind) {
    var made = document.createElement(name);
    if (text) { made.textContent = text; made.dir = "auto"; }
    if (kind) made.className = kind;
    return made;
  }

  function show(hit) {
    var story = hit.story, item = element("li"), heading = element("h3");
    var link = element("a", story.headline);
    link.href = "story/" + encodeURIComponent(story.id) + "/index.html";
    heading.appendChild(link);
    item.appendChild(heading);
    if (story.dek) item.appendChild(element("p", story.dek, "dek"));
    var facts = ["Week " + Number(story.week.slice(6)) + " of " + story.week.slice(0, 4)];
    if (story.outlets > 1) facts.push(story.outlets + " outlets");
    item.appendChild(element("p", facts.concat(story.tags).join(" · "), "meta"));
    return item;
  }

  function update() {
    var query = box.value.trim();
    found.hidden = !query;
    front.hidden = !!query;
    if (!query) return;
    load(function () {
      if (query !== box.value.trim()) return;
      var all = search(query), shown = all.slice(0, SHOWN);
      var told = all.length === 1 ? "1 story" : all.length + " stories";
      if (all.length > SHOWN) told += ", the best " + SHOWN + " are shown";
      count.textContent = told + " for “" + query + "”";
      hits.replaceChildren.apply(hits, shown.map(show));
    });
  }

  box.addEventListener("input", update);
  box.form.addEventListener("submit", function (event) { event.preventDefault(); update(); });
  var asked = new URLSearchParams(location.search).get("q");
  if (asked) { box.value = asked; update(); }
})();
