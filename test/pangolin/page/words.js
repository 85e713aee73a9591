/**
 * A number as it is read: 1,234.
 * @param {number} value
 */
export function count(value) {
  return value.toLocaleString('en');
}

/**
 * A number with its noun: 1 member, 1,234 members.
 * @param {number} value
 * @param {string} noun
 */
export function counted(value, noun) {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/**
 * A rate of 0 to 1 as percent, without the noise of binary fractions.
 * @param {number} rate
 */
export function percent(rate) {
  return Number((rate * 100).toFixed(4));
}
