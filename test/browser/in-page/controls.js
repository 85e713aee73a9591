/**
 * The inputs and buttons that a screen reader has no name for.
 * @returns {string[]} their HTML
 */
export function unnamedControls() {
  const controls = [...document.querySelectorAll('button, input, textarea, select, [role="img"]')];
  return controls.filter((control) => nameOf(control) === '').map(({ outerHTML }) => outerHTML);
}

/**
 * Elements that stick out of the page to the right.
 * @returns {string[]} their HTML, shortened
 */
export function overflowing() {
  const { clientWidth, scrollWidth } = document.documentElement;
  const wide = [...document.body.querySelectorAll('*')].filter(
    (one) => one.getBoundingClientRect().right > clientWidth + 0.5 && !isHiddenFromSight(one),
  );
  const page = scrollWidth > clientWidth ? [`the page is ${scrollWidth} px wide`] : [];
  return [...page, ...wide.map(({ outerHTML }) => outerHTML.slice(0, 120))];
}

/** @param {Element} element */
function isHiddenFromSight(element) {
  return element.closest('.visually-hidden') !== null;
}

/** @param {Element} control */
function nameOf(control) {
  const own = control.getAttribute('aria-label') ?? control.textContent;
  const labels = 'labels' in control ? /** @type {HTMLInputElement} */ (control).labels : null;
  const text = [...(labels ?? [])].map((label) => label.textContent).join(' ');
  return `${own} ${text}`.trim();
}
