// The page: a bar with the views, one of which is shown; each is built when it is first needed.

function start() {
  const data = JSON.parse(document.getElementById("data").textContent);
  const nodes = new Nodes(data.tree, data.who);
  const images = data.images;
  const image = images[images.length - 1];
  const domains = named(image.domains);
  const names = new Map([...named(images[0].domains), ...domains].filter((domain) => domain.name !== null).map((domain) => [String(domain.domid), domain.name]));
  const marks = [0, 0, 0, 0];
  for (let i = 0; i < nodes.count; i++) marks[nodes.mark(i)]++;
  const report = { data, nodes, images, image, domains, names, marks };

  /** The label of a domain's home: the domain's name. */
  const homes = nodes.find("/local/domain");
  const describe = (i) => (homes >= 0 && nodes.parents[i] === homes ? names.get(nodes.name(i)) : undefined);
  let tree;
  const theTree = () => (tree ??= new TreeView(nodes, images.length > 1, describe));
  report.showNode = (i) => { location.hash = "tree"; show(); theTree().reveal(i); };
  report.showTree = (filter) => { location.hash = "tree"; show(); theTree().setFilter(theTree().filter.value = filter); };

  const views = [
    ["overview", "Overview", overview], ["tree", "Tree", () => theTree().element], ["changes", "Other changes", changesView], ["findings", "Findings", findingsView],
    ["domains", "Domains", domainsView], ["devices", "Devices", devicesView], ["connections", "Connections", connectionsView], ["timeline", "Timeline", timelineView],
  ].filter(([name]) => (name !== "changes" || images.length > 1) && (name !== "timeline" || data.timeline));
  const built = new Map();
  const links = views.map(([name, title]) => element("a", { href: "#" + name }, title));
  const main = element("main", { id: "main" });

  function show() {
    const wanted = location.hash.slice(1);
    const at = Math.max(0, views.findIndex(([name]) => name === wanted));
    const [name, , build] = views[at];
    if (!built.has(name)) built.set(name, build(report));
    if (main.firstChild !== built.get(name)) {
      main.replaceChildren(built.get(name));
      if (name === "tree") theTree().scrollTo(theTree().active);
    }
    links.forEach((link, index) => (index === at ? link.setAttribute("aria-current", "page") : link.removeAttribute("aria-current")));
  }

  const themes = ["auto", "light", "dark"];
  const theme = element("button", { type: "button", class: "theme", title: "Colors: the system's, light or dark" }, "Theme: auto");
  let chosen = 0;
  theme.addEventListener("click", () => {
    chosen = (chosen + 1) % themes.length;
    theme.textContent = "Theme: " + themes[chosen];
    document.documentElement.dataset.theme = themes[chosen];
  });
  document.body.append(
    element("header", {}, element("h1", { title: data.title }, images.map((each) => each.name.split("/").pop()).join(" → ")), element("nav", { "aria-label": "Views" }, ...links), theme),
    main,
    element("footer", {}, data.program, element("span", {}, element("kbd", {}, "/"), " filter  ", element("kbd", {}, "↑↓"), " move  ", element("kbd", {}, "←→"), " close, open  ", element("kbd", {}, "Enter"), " toggle")));
  addEventListener("hashchange", show);
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input")) return;
    const filter = main.querySelector(".filter");
    if (!filter) return;
    event.preventDefault();
    filter.focus();
    filter.select();
  });
  show();
}

start();
