/**
 * The element of the page with this id.
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 * @throws {TypeError} when the page has none of this type
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (element instanceof type) return element;
  throw new TypeError(`The page has no ${type.name} with the id ${id}.`);
}

/**
 * A new element with a text, which is never read as HTML.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} [text]
 * @param {string} [className]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function element(tag, text = '', className = '') {
  const made = document.createElement(tag);
  if (text !== '') made.textContent = text;
  if (className !== '') made.className = className;
  return made;
}

/**
 * Sets a text where it differs: what stays is not read out again.
 * @param {Element} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * Makes the rows of a table those of `items`, in their order. A row whose item is still there stays the same
 * element, and keeps the focus.
 * @template Item
 * @param {HTMLTableSectionElement} body
 * @param {readonly Item[]} items
 * @param {{
 *   key: (item: Item) => string;
 *   create: (item: Item) => HTMLTableRowElement;
 *   update?: (row: HTMLTableRowElement, item: Item) => void;
 * }} how
 */
export function showRows(body, items, { key, create, update }) {
  const keys = new Set(items.map(key));
  /** @type {Map<string, HTMLTableRowElement>} */
  const rows = new Map();
  for (const row of [...body.rows]) {
    const rowKey = row.dataset['key'] ?? '';
    if (keys.has(rowKey)) rows.set(rowKey, row);
    else row.remove();
  }
  items.forEach((item, index) => {
    const row = rows.get(key(item)) ?? create(item);
    row.dataset['key'] = key(item);
    update?.(row, item);
    const there = body.rows[index];
    if (there !== row) body.insertBefore(row, there ?? null);
  });
}
