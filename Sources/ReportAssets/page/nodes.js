// The nodes of the tree, by the columns of the data: node i's parent comes before it, its subtree is i up to ends[i].

const SAME = 0, ADDED = 1, REMOVED = 2, CHANGED = 3;

class Nodes {
  constructor(data, who = []) {
    /** Who made the change of a node, a line each. */
    this.authors = new Map();
    for (const [position, line] of who) this.authors.set(position, [...(this.authors.get(position) ?? []), line]);
    this.texts = data.texts.split("\n");
    this.lowerTexts = null;
    this.data = data;
    this.count = data.depths.length;
    this.parents = new Int32Array(this.count);
    this.ends = new Int32Array(this.count);
    const open = [];
    for (let i = 0; i < this.count; i++) {
      while (open.length > data.depths[i]) this.ends[open.pop()] = i;
      this.parents[i] = open.length > 0 ? open[open.length - 1] : -1;
      open.push(i);
    }
    while (open.length > 0) this.ends[open.pop()] = this.count;
    this.old = new Map(data.changed.map((position, at) => [position, at]));
    this.cut = new Set(data.cut);
  }

  depth(i) { return this.data.depths[i]; }
  name(i) { return this.texts[this.data.names[i]]; }
  mark(i) { return this.data.marks.length > 0 ? this.data.marks[i] : SAME; }
  hasChildren(i) { return this.ends[i] > i + 1; }
  /** Whether the image does not say the value or the permissions of a node that it has. */
  isUnknown(i) { return this.data.values[i] === -2; }
  hasUnknownPerms(i) { return this.data.perms[i] === -2; }
  /** Whether only the beginning of the value is known. */
  isCut(i) { return this.cut.has(i); }
  /** Null if no record has the node's path, or the value is unknown. */
  value(i) { return this.data.values[i] < 0 ? null : this.texts[this.data.values[i]]; }
  perms(i) { return this.data.perms[i] < 0 ? null : this.data.lists[this.data.perms[i]]; }

  /** The older image's value and permissions of a changed node; what it does not say counts as unchanged. */
  before(i) {
    const at = this.old.get(i);
    if (at === undefined) return null;
    const value = this.data.oldValues[at];
    const perms = this.data.oldPerms[at];
    return {
      value: value === -2 ? this.value(i) : value < 0 ? null : this.texts[value],
      perms: perms === -2 || this.hasUnknownPerms(i) ? this.perms(i) : perms < 0 ? null : this.data.lists[perms],
    };
  }

  path(i) {
    const names = [];
    for (; this.parents[i] >= 0; i = this.parents[i]) names.unshift(this.name(i));
    return names.length === 0 ? this.name(i) : "/" + names.join("/");
  }

  * children(i) {
    const [first, end] = i < 0 ? [0, this.count] : [i + 1, this.ends[i]];
    for (let child = first; child < end; child = this.ends[child]) yield child;
  }

  child(i, name) {
    for (const child of this.children(i)) if (this.name(child) === name) return child;
    return -1;
  }

  /** The node with a path; -1 if there is no such node. */
  find(path) {
    if (!path.startsWith("/")) return this.child(-1, path);
    let i = this.child(-1, "/");
    for (const name of path === "/" ? [] : path.slice(1).split("/")) i = i < 0 ? -1 : this.child(i, name);
    return i;
  }

  /** For each node the domain that it concerns, by its home, its backends and the toolstack's entries; otherwise -1. */
  get domains() {
    if (this.domainColumn) return this.domainColumn;
    const column = new Int32Array(this.count).fill(-1);
    const [homes, toolstack] = [this.find("/local/domain"), this.find("/libxl")];
    for (let i = 0; i < this.count; i++) {
      const parent = this.parents[i];
      if (parent < 0) continue;
      column[i] = column[parent];
      // /local/domain/BACKEND/backend/KIND/DOMID
      const isBackend = this.depth(i) === 6 && this.name(this.parents[parent]) === "backend" && this.parents[this.parents[this.parents[parent]]] === homes;
      if ((isBackend || parent === homes || parent === toolstack) && /^\d+$/.test(this.name(i))) column[i] = Number(this.name(i));
    }
    return (this.domainColumn = column);
  }

  /**
   ** The nodes that a filter finds, as 1 in a column. All its words must match: "domain:7" the domain that the node
   ** concerns, "owner:7" its owner, "perms:r7" its permissions, a word with a slash its path, any other its name or value.
   */
  search(words) {
    const hits = new Uint8Array(this.count).fill(1);
    for (const word of words) {
      const [key, rest] = [word.split(":", 1)[0], word.slice(word.indexOf(":") + 1)];
      const fitsList = { owner: (list) => list.match(/^\D*(\d+)/)?.[1] === rest, perms: (list) => list.includes(rest) }[key];
      if (word.includes("/")) this.keepPaths(hits, word);
      else if (word.startsWith("domain:")) this.keep(hits, this.domains, { [rest]: true });
      else if (word.includes(":") && fitsList) this.keep(hits, this.data.perms, this.data.lists.map(fitsList));
      else this.keepTexts(hits, word);
    }
    return hits;
  }

  keep(hits, column, fits) {
    for (let i = 0; i < this.count; i++) if (hits[i] && !fits[column[i]]) hits[i] = 0;
  }

  keepTexts(hits, word) {
    this.lowerTexts ??= this.texts.map((text) => text.toLowerCase());
    const fits = this.lowerTexts.map((text) => text.includes(word));
    const { names, values } = this.data;
    for (let i = 0; i < this.count; i++) if (hits[i] && !fits[names[i]] && !(values[i] >= 0 && fits[values[i]])) hits[i] = 0;
  }

  keepPaths(hits, word) {
    const paths = [];
    for (let i = 0; i < this.count; i++) {
      const depth = this.data.depths[i];
      const name = this.name(i).toLowerCase();
      paths[depth] = depth === 0 ? name : (depth === 1 ? "" : paths[depth - 1]) + "/" + name;
      if (hits[i] && !paths[depth].includes(word)) hits[i] = 0;
    }
  }
}
