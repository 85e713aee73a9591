/** @import { SeriesView } from '../page-api/view.ts' */
import { byId, setText } from './elements.js';
import { count, counted } from './words.js';

const namespace = 'http://www.w3.org/2000/svg';
const height = 100;
const barWidth = 0.72;
/** What there is of a bar with few members beside one with many. */
const minBar = 1.5;

/**
 * Draws the last minute: adds above the line and removes below it, at one scale.
 * @param {SeriesView} series
 */
export function showSeries({ adds, removes }) {
  const svg = byId('series', SVGSVGElement);
  const mostAdded = Math.max(...adds);
  const mostRemoved = Math.max(...removes);
  const scale = height / Math.max(mostAdded + mostRemoved, 1);
  const zero = mostAdded + mostRemoved === 0 ? height : mostAdded * scale;
  const tall = (/** @type {number} */ members) =>
    members === 0 ? 0 : Math.max(members * scale, minBar);

  svg.replaceChildren(
    ...adds.map((members, second) =>
      shape('rect', { class: 'adds', x: second, y: zero - tall(members), height: tall(members) }),
    ),
    ...removes.map((members, second) =>
      shape('rect', { class: 'removes', x: second, y: zero, height: tall(members) }),
    ),
    shape('line', { x1: 0, x2: adds.length, y1: zero, y2: zero }),
  );
  setText(byId('series-top', HTMLElement), mostAdded === 0 ? '' : `${count(mostAdded)}/s`);
  setText(byId('series-bottom', HTMLElement), mostRemoved === 0 ? '' : `${count(mostRemoved)}/s`);
  svg.setAttribute('aria-label', inWords(sum(adds), sum(removes)));
}

/**
 * @param {'rect' | 'line'} name
 * @param {Readonly<Record<string, string | number>>} attributes
 */
function shape(name, attributes) {
  const made = document.createElementNS(namespace, name);
  const all = name === 'rect' ? { width: barWidth, ...attributes } : attributes;
  for (const [attribute, value] of Object.entries(all)) made.setAttribute(attribute, String(value));
  return made;
}

/**
 * @param {number} added
 * @param {number} removed
 */
function inWords(added, removed) {
  if (added + removed === 0) return 'No members were added or removed in the last 60 seconds.';
  return `In the last 60 seconds ${counted(added, 'member')} were added and ${count(removed)} removed.`;
}

/** @param {readonly number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}
