/**
 * The number in what was typed, or null. The same rules as `learning::numeric::read`.
 * @param {string} typed
 * @param {string} [unit]
 * @returns {number | null}
 */
export function readNumber(typed, unit) {
  let text = typed.trim();
  let percent = false;
  const suffix = (unit || '').trim().toLowerCase();
  if (suffix && text.toLowerCase().endsWith(suffix)) {
    text = text.toLowerCase().slice(0, -suffix.length).trimEnd();
  } else if (text.endsWith('%')) {
    percent = true;
    text = text.slice(0, -1).trimEnd();
  }
  text = text.replace(/[−–]/g, '-');
  let mantissa = text;
  let exponent = /** @type {string | null} */ ('0');
  const marked = text.replace(/[×*X]/g, 'x');
  const x = marked.indexOf('x');
  const e = text.search(/[eE]/);
  if (x >= 0) {
    mantissa = marked.slice(0, x).trim();
    const power = marked.slice(x + 1).trim();
    exponent = power.startsWith('10^') ? integerText(power.slice(3)) : null;
  } else if (e >= 0) {
    mantissa = text.slice(0, e);
    exponent = integerText(text.slice(e + 1));
  }
  const plain = plainNumber(mantissa);
  if (exponent === null || plain === null) return null;
  const value = Number(`${plain}e${exponent}`) / (percent ? 100 : 1);
  return Number.isFinite(value) ? value : null;
}

/** @param {string} text */
function integerText(text) {
  return /^[-+]?[0-9]{1,4}$/.test(text) ? text : null;
}

/**
 * ASCII digits with one point, from a number with separators.
 * @param {string} text
 * @returns {string | null}
 */
function plainNumber(text) {
  const sign = text.startsWith('-') ? '-' : '';
  const digits = /^[-+]/.test(text) ? text.slice(1).trimStart() : text;
  let kept = '';
  for (let i = 0; i < digits.length; i++) {
    const c = digits[i];
    if (/[0-9.,]/.test(c)) kept += c;
    else if (!/[ \u00a0\u2009\u202f'’_]/.test(c) || !/[0-9]/.test(digits[i - 1] || '') || !/[0-9]/.test(digits[i + 1] || '')) return null;
  }
  const commas = kept.split(',').length - 1;
  const points = kept.split('.').length - 1;
  let decimal = '';
  if (commas && points) {
    decimal = kept.lastIndexOf(',') > kept.lastIndexOf('.') ? ',' : '.';
    if ((decimal === ',' ? commas : points) !== 1) return null;
  } else if (commas === 1) decimal = ',';
  else if (points === 1) decimal = '.';
  const at = decimal ? kept.indexOf(decimal) : kept.length;
  const groups = kept.slice(0, at).split(/[.,]/);
  const fraction = kept.slice(at + 1);
  if (groups.length > 1 && (groups[0] === '' || groups[0].length > 3 || groups.slice(1).some((g) => g.length !== 3))) return null;
  const whole = groups.join('');
  if (whole === '' && fraction === '') return null;
  return `${sign}${whole || '0'}.${fraction || '0'}`;
}

/**
 * How a number is said back: at most ten significant digits, no trailing noughts.
 * @param {number} value
 * @returns {string}
 */
export function sayNumber(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e15)) {
    const [mantissa, exponent] = value.toExponential(9).split('e');
    return `${trimNoughts(mantissa)}e${Number(exponent)}`;
  }
  const magnitude = size === 0 ? 0 : Math.floor(Math.log10(size));
  const text = trimNoughts(value.toFixed(Math.min(15, Math.max(0, 9 - magnitude))));
  return text === '-0' ? '0' : text;
}

/** @param {string} text */
function trimNoughts(text) {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}
