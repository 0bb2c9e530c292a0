/**
 * FNV-1a over the UTF-8 bytes, then murmur3's finaliser: the same as `learning::draw::hash`.
 * @param {string} text
 * @returns {number} unsigned 32 bit
 */
export function hash(text) {
  let h = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) h = Math.imul(h ^ byte, 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * Order of two ids as Rust orders their bytes; ids are ASCII.
 * @param {string} a
 * @param {string} b
 */
export function compareIds(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Ids in the order that a seed gives them.
 * @template T
 * @param {T[]} items
 * @param {(item: T) => string} id
 * @param {string} prefix
 * @returns {T[]}
 */
export function shuffled(items, id, prefix) {
  return items
    .map((item) => ({ item, id: id(item), key: hash(prefix + id(item)) }))
    .sort((a, b) => a.key - b.key || compareIds(a.id, b.id))
    .map((entry) => entry.item);
}
