const GROUPED = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Of a number that is not negative, three digits that count, thousands grouped: 0.0123, 4.56, 78.9, 1,234,567. */
export function numberText(value: number): string {
  if (value === 0) return '0';
  if (value >= 100) return GROUPED.format(value);
  if (value < 0.001) return '< 0.001';
  return String(Number(value.toPrecision(3)));
}

export function dollarText(value: number): string {
  const text =
    Math.abs(value) >= 100 ? GROUPED.format(Math.abs(value)) : Math.abs(value).toFixed(2);
  return `${value < 0 ? '-' : ''}$${text}`;
}

/** With its sign, also where it is small. */
export function differenceText(value: number): string {
  if (Math.abs(value) < 0.005) return '±$0';
  return value > 0 ? `+${dollarText(value)}` : dollarText(value);
}

export function percentText(share: number): string {
  const percent = share * 100;
  if (percent < 0.1) return '< 0.1 %';
  return `${percent < 10 ? percent.toFixed(1) : GROUPED.format(percent)} %`;
}
