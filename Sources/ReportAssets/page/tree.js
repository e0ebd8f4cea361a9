// The tree view. Only the visible rows are in the document, so that 176,000 nodes scroll as well as 17.

const ROW = 24;
/** Browsers draw nothing past some ten million pixels; a longer list scrolls in larger steps. */
const TALLEST = 8e6;

class TreeView {
  constructor(nodes, isComparison, describe) {
    // At first the path to the domains is open.
    this.firstOpen = new Set([nodes.find("/"), nodes.find("/local"), nodes.find("/local/domain")]);
    Object.assign(this, { nodes, isComparison, describe, words: [], active: -1, rows: new Int32Array(0), scale: 1 });
    this.toggled = new Set();
    this.unfolded = new Set();
    this.onlyChanges = isComparison;
    this.build();
    this.restrict();
    const first = this.hits?.indexOf(1) ?? -1;
    this.select(first >= 0 ? first : this.rows.length > 0 ? this.rows[0] : -1);
  }

  // Layout

  build() {
    this.filter = element("input", {
      type: "search", class: "filter", placeholder: "Filter: words, /a/path, domain:7, owner:7, perms:r7", "aria-label": "Filter the nodes", spellcheck: "false",
    });
    let timer = 0;
    this.filter.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.setFilter(this.filter.value), 60);
    });
    this.filter.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.setFilter(this.filter.value = "");
      if (event.key === "ArrowDown" || event.key === "Enter" || event.key === "Escape") { event.preventDefault(); this.scroller.focus(); }
    });
    this.status = element("span", { class: "status", role: "status" });
    const button = (text, isOpen) => element("button", { type: "button", onclick: () => this.openAll(isOpen) }, text);
    const changes = element("input", { type: "checkbox", checked: true, onchange: () => { this.onlyChanges = changes.checked; this.restrict(); } });
    this.changesBox = changes;
    const bar = element("div", { class: "bar" }, this.filter, this.isComparison ? element("label", {}, changes, "Changes only") : null,
      button("Open all", true), button("Close all", false), this.status);
    this.spacer = element("div", { class: "spacer", role: "presentation" });
    this.list = element("div", { class: "rows", role: "presentation" });
    this.scroller = element("div", { class: "scroller", role: "tree", tabindex: "0", "aria-label": "Nodes" }, this.spacer, this.list);
    this.scroller.addEventListener("scroll", () => this.drawSoon());
    this.scroller.addEventListener("keydown", (event) => this.press(event));
    this.list.addEventListener("click", (event) => this.click(event));
    new ResizeObserver(() => this.drawSoon()).observe(this.scroller);
    this.detail = element("aside", { class: "detail", "aria-label": "The selected node" });
    const head = element("div", { class: "row head" }, element("span", {}, "Node"), element("span", {}, "Value"), element("span", {}, "Permissions"));
    this.element = element("div", { class: "tree" }, bar, element("div", { class: "split" }, element("div", { class: "pane" }, head, this.scroller), this.detail));
  }

  // Rows

  setFilter(text) {
    this.words = text.toLowerCase().split(" ").filter((word) => word !== "");
    this.restrict();
  }

  /** Finds the nodes to show, and their ancestors. */
  restrict() {
    const { nodes } = this;
    this.toggled.clear();
    this.unfolded.clear();
    this.default = null;
    this.hits = this.words.length > 0 ? nodes.search(this.words) : this.onlyChanges ? new Uint8Array(nodes.count).fill(1) : null;
    this.inner = null;
    let found = 0;
    if (this.hits) {
      this.inner = new Uint8Array(nodes.count);
      for (let i = nodes.count - 1; i >= 0; i--) {
        if (this.hits[i] && this.onlyChanges && nodes.mark(i) === SAME) this.hits[i] = 0;
        found += this.hits[i];
        if ((this.hits[i] || this.inner[i]) && nodes.parents[i] >= 0) this.inner[nodes.parents[i]] = 1;
      }
    }
    const noun = this.onlyChanges ? "change" : "node";
    this.status.textContent = this.hits ? (found === 0 ? `No ${noun} matches` : counted(found, noun)) : counted(nodes.count, "node");
    this.refresh();
    this.scroller.scrollTop = 0;
    // The first match is selected at once, so that Enter in the filter leads to it.
    if (this.words.length > 0 && found > 0) {
      this.select(this.hits.indexOf(1));
      this.scrollTo(this.active);
    }
  }

  isOpen(i) {
    const isOpen = this.default ?? (this.inner ? this.inner[i] === 1 : this.firstOpen.has(i));
    return this.toggled.has(i) ? !isOpen : isOpen;
  }

  /** Whether a node is hidden in a fold: it does not match, but a sibling or parent does. */
  isFolded(i) {
    const parent = this.nodes.parents[i];
    return this.hits !== null && !this.hits[i] && !this.inner[i] && (parent < 0 || this.inner[parent] === 1);
  }

  /** Computes the rows in order; a fold is -1 minus its first node. */
  refresh() {
    const { nodes } = this;
    const rows = [];
    this.folds = new Map();
    let i = 0;
    while (i < nodes.count) {
      if (this.isFolded(i) && !this.unfolded.has(i)) {
        const [first, parent] = [i, nodes.parents[i]];
        let size = 0;
        for (; i < nodes.count && nodes.parents[i] === parent && this.isFolded(i); i = nodes.ends[i]) size++;
        this.folds.set(first, size);
        rows.push(-1 - first);
      } else if (this.isFolded(i)) {
        // The whole run was unfolded by its first node.
        const parent = nodes.parents[i];
        for (; i < nodes.count && nodes.parents[i] === parent && this.isFolded(i); i = this.push(rows, i, nodes.ends[i]));
      } else {
        rows.push(i);
        i = nodes.hasChildren(i) && this.isOpen(i) ? i + 1 : nodes.ends[i];
      }
    }
    this.rows = Int32Array.from(rows);
    const height = this.rows.length * ROW;
    this.scale = Math.max(1, height / TALLEST);
    this.spacer.style.height = Math.min(height, TALLEST) + "px";
    this.draw();
  }

  /** Adds a node and the open nodes below it, without folds. */
  push(rows, from, end) {
    for (let i = from; i < end; i = this.nodes.hasChildren(i) && this.isOpen(i) ? i + 1 : this.nodes.ends[i]) rows.push(i);
    return end;
  }

  openAll(isOpen) {
    this.toggled.clear();
    this.default = isOpen;
    if (!isOpen) this.select(this.rows.length > 0 ? this.rows[0] : -1);
    this.refresh();
    this.scrollTo(this.active);
  }

  toggle(row) {
    if (row < 0) {
      this.unfolded.add(-1 - row);
      this.refresh();
      return this.select(-1 - row);
    }
    if (!this.nodes.hasChildren(row)) return;
    if (this.toggled.has(row)) this.toggled.delete(row); else this.toggled.add(row);
    this.refresh();
  }

  // Drawing

  drawSoon() {
    this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw(); });
  }

  draw() {
    const { scrollTop, clientHeight } = this.scroller;
    const first = Math.floor((scrollTop * this.scale) / ROW);
    const last = Math.min(this.rows.length, first + Math.ceil(clientHeight / ROW) + 2);
    const made = [];
    for (let at = first; at < last; at++) made.push(this.rows[at] < 0 ? this.foldRow(this.rows[at]) : this.nodeRow(this.rows[at]));
    this.list.style.transform = `translateY(${this.scale > 1 ? scrollTop : first * ROW}px)`;
    this.list.replaceChildren(...made);
    this.scroller.setAttribute("aria-activedescendant", made.some((row) => row.id === "row" + this.active) ? "row" + this.active : "");
  }

  indent(row, depth) {
    // A path of a thousand levels must not push its name out of sight.
    row.firstChild.style.paddingLeft = 8 + 16 * Math.min(depth, 24) + "px";
    return row;
  }

  foldRow(row) {
    const size = this.folds.get(-1 - row);
    const text = this.onlyChanges && this.words.length === 0 ? `${count(size)} unchanged` : `${count(size)} more`;
    const made = element("div", {
      id: "row" + row, class: "row fold" + (row === this.active ? " active" : ""), role: "treeitem", "data-row": row,
      "aria-selected": row === this.active ? "true" : "false", "aria-label": text, title: "Show them",
    }, element("span", {}, "⋯ " + text));
    return this.indent(made, this.nodes.depth(-1 - row));
  }

  nodeRow(i) {
    const { nodes } = this;
    const isParent = nodes.hasChildren(i);
    const twist = element("span", { class: "twist", "aria-hidden": "true" }, isParent ? (this.isOpen(i) ? "▾" : "▸") : "");
    const name = element("span", { class: "name" }, twist, marked(nodes.name(i), this.words));
    const hint = this.describe(i);
    if (hint) name.append(element("span", { class: "hint" }, hint));
    const made = element("div", {
      id: "row" + i, class: "row " + ["", "added", "removed", "changed"][nodes.mark(i)] + (i === this.active ? " active" : ""), role: "treeitem", "data-row": i,
      "aria-level": nodes.depth(i) + 1, "aria-expanded": isParent ? String(this.isOpen(i)) : null, "aria-selected": i === this.active ? "true" : "false",
    }, name, this.valueCell(i), this.permsCell(i));
    const authors = nodes.authors.get(i);
    if (authors) {
      made.title = "Who, by a log: " + authors.join("; ");
      // The client without what a log says about it: "domain 7 (D7)".
      made.children[1].append(element("span", { class: "hint who" }, " by " + authors[0].replace(/^of the \w+: /, "").split(/[,:;]/, 1)[0]));
    }
    return this.indent(made, nodes.depth(i));
  }

  valueCell(i) {
    const value = this.nodes.value(i);
    const before = this.nodes.before(i);
    if (this.nodes.isUnknown(i)) return element("span", { class: "value hint" }, "value unknown");
    if (value === null) return element("span", { class: "value hint" }, "no record");
    const rest = this.nodes.isCut(i) ? element("span", { class: "hint" }, "… cut") : null;
    if (before === null || before.value === value) return element("span", { class: "value" }, marked(value, this.words), ...(rest ? [rest] : []));
    return element("span", { class: "value" }, element("del", {}, before.value ?? "no record"), " → ", element("ins", {}, marked(value, this.words)));
  }

  permsCell(i) {
    if (this.nodes.hasUnknownPerms(i)) return element("span", { class: "perms", title: "The image does not say the permissions." }, "?");
    const perms = this.nodes.perms(i) ?? "";
    const before = this.nodes.before(i);
    if (before === null || before.perms === perms) return element("span", { class: "perms" }, perms);
    return element("span", { class: "perms" }, element("del", {}, before.perms ?? ""), " → ", element("ins", {}, perms));
  }

  // Selection

  select(row) {
    this.active = row;
    this.detail.replaceChildren(...(row >= 0 ? nodeDetail(this.nodes, row) : []));
    this.draw();
  }

  /** Selects the row at an index, and scrolls to it. */
  go(at) {
    if (this.rows.length === 0) return;
    this.select(this.rows[Math.max(0, Math.min(this.rows.length - 1, at))]);
    this.scrollTo(this.active);
  }

  scrollTo(row) {
    const at = this.rows.indexOf(row);
    if (at < 0) return;
    const { scrollTop, clientHeight } = this.scroller;
    const [top, room] = [(at * ROW) / this.scale, clientHeight - 2 * ROW];
    if (top < scrollTop) this.scroller.scrollTop = top;
    else if (top > scrollTop + room) this.scroller.scrollTop = top - room;
    this.draw();
  }

  /** Shows a node, for links from other views, and clears the filter. */
  reveal(i) {
    this.filter.value = "";
    this.words = [];
    this.onlyChanges = this.changesBox.checked = this.onlyChanges && this.nodes.mark(i) !== SAME;
    this.restrict();
    for (let up = this.nodes.parents[i]; up >= 0; up = this.nodes.parents[up]) if (!this.isOpen(up)) this.toggled.add(up);
    this.refresh();
    this.select(i);
    this.scroller.scrollTop = Math.max(0, (this.rows.indexOf(i) * ROW) / this.scale - this.scroller.clientHeight / 3);
    this.scroller.focus();
  }

  click(event) {
    const row = event.target.closest(".row");
    if (!row) return;
    const number = Number(row.dataset.row);
    this.select(number);
    if (number < 0 || event.target.closest(".twist") || event.detail === 2) this.toggle(number);
  }

  press(event) {
    const at = this.rows.indexOf(this.active);
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / ROW) - 2);
    const isNode = this.active >= 0;
    const isOpen = isNode && this.nodes.hasChildren(this.active) && this.isOpen(this.active);
    const moves = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: this.rows.length - 1 };
    if (event.key in moves) this.go(moves[event.key]);
    else if (event.key === "Enter" || event.key === " ") this.toggle(this.active);
    else if (event.key === "ArrowRight" && isOpen) this.go(at + 1);
    else if (event.key === "ArrowRight") this.toggle(this.active);
    else if (event.key === "ArrowLeft" && isOpen) this.toggle(this.active);
    else if (event.key === "ArrowLeft") this.go(this.rows.indexOf(this.nodes.parents[isNode ? this.active : -1 - this.active]));
    else return;
    event.preventDefault();
  }
}
