/** WCAG 2.2, 1.4.3: what text needs, and what large or bold text does. */
const needed = 4.5;
const neededWhenLarge = 3;
const largePx = 24;
const largeBoldPx = 18.66;

/** @typedef {readonly [number, number, number, number]} Colour red, green, blue, opacity */

/**
 * The texts of the page that stand out too little from what is behind them.
 * @returns {{ checked: number; tooLow: string[] }}
 */
export function contrasts() {
  const texts = elementsWithText();
  const tooLow = texts.flatMap((element) => {
    const ratio = contrastOf(element);
    if (ratio >= minimumOf(element)) return [];
    return [`${ratio.toFixed(2)}: ${element.outerHTML.slice(0, 100)}`];
  });
  return { checked: texts.length, tooLow };
}

/** Elements with a text of their own that is shown. Disabled controls are exempt. */
function elementsWithText() {
  return [...document.body.querySelectorAll('*')].filter((element) => {
    if (element.matches(':disabled, svg *, option, noscript')) return false;
    const isField = element.matches('input:not([type="radio"], [type="checkbox"]), textarea');
    const hasText = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.textContent?.trim() !== '',
    );
    return (isField || hasText) && element.checkVisibility();
  });
}

/** @param {Element} element */
function contrastOf(element) {
  const behind = backgroundOf(element);
  const { color, opacity } = getComputedStyle(element);
  const [red, green, blue, alpha] = parse(color);
  const front = over([red, green, blue, alpha * Number(opacity)], behind);
  const [light, dark] = [luminance(front), luminance(behind)].sort((a, b) => b - a);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** @param {Element} element */
function minimumOf(element) {
  const { fontSize, fontWeight } = getComputedStyle(element);
  const px = parseFloat(fontSize);
  const isLarge = px >= largePx || (px >= largeBoldPx && Number(fontWeight) >= 700);
  return isLarge ? neededWhenLarge : needed;
}

/**
 * @param {Element | null} element
 * @returns {Colour}
 */
function backgroundOf(element) {
  if (element === null) return [255, 255, 255, 1];
  const colour = parse(getComputedStyle(element).backgroundColor);
  return colour[3] === 1 ? colour : over(colour, backgroundOf(element.parentElement));
}

/**
 * @param {Colour} front
 * @param {Colour} behind
 * @returns {Colour}
 */
function over([red, green, blue, alpha], behind) {
  const mix = (/** @type {number} */ one, /** @type {number} */ other) =>
    one * alpha + other * (1 - alpha);
  return [mix(red, behind[0]), mix(green, behind[1]), mix(blue, behind[2]), 1];
}

/**
 * @param {string} colour as computed: rgb(1, 2, 3) or rgba(1, 2, 3, 0.5)
 * @returns {Colour}
 */
function parse(colour) {
  const [red = 0, green = 0, blue = 0, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue, alpha];
}

/** @param {Colour} colour */
function luminance([red, green, blue]) {
  const [r = 0, g = 0, b = 0] = [red, green, blue].map((channel) => {
    const value = channel / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
