'use strict';
// Numbers for people, and elements without markup from data: every string goes in as text.
const FORMAT = (() => {
  const PREFIXES = ['f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
  const TAKES_PREFIX = /^(s|J|W|FLOP|op|B)(\/|·|$)/;
  const PLAIN = /^(1|%|MHz|°C|code|FLOP\/B)$/;

  function prefixOf(value) {
    if (value === 0) return 5;
    const rounded = Number(Math.abs(value).toPrecision(3));
    return Math.max(0, Math.min(11, 5 + Math.floor(Math.log10(rounded) / 3 + 1e-12)));
  }
  const decimals = size => size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;

  /** An error that rounds to nothing is 0 and not 0.00000. */
  const round = (error, digits) => Number(error.toFixed(digits)) === 0 ? '0' : error.toFixed(digits);

  /** {value, error, unit} as text under one prefix. */
  function parts(value, error, unit) {
    if (Number.isNaN(value)) return {value: '–', error: '', unit: '', short: ''};
    if (!Number.isFinite(value)) return {value: value > 0 ? '∞' : '−∞', error: '', unit, short: ''};
    if (PLAIN.test(unit)) {
      const digits = unit === '1' ? 5 : Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
      return {
        value: value.toFixed(digits), error: Number.isFinite(error) ? round(error, digits) : '',
        unit: unit === '1' || unit === 'code' ? '' : unit, short: ''
      };
    }
    const prefix = prefixOf(value);
    const scale = Math.pow(10, 3 * (prefix - 5));
    let digits = decimals(Math.abs(value / scale));
    // An error that would be shown as 0 says nothing: up to two more digits, then.
    if (Number.isFinite(error) && error > 0) {
      const wanted = Math.max(0, Math.ceil(-Math.log10(error / scale)));
      digits = Math.max(digits, Math.min(wanted, digits + 2));
    }
    const fits = TAKES_PREFIX.test(unit);
    return {
      value: (value / scale).toFixed(digits),
      error: Number.isFinite(error) ? round(error / scale, digits) : '',
      unit: fits ? PREFIXES[prefix] + unit : (PREFIXES[prefix] + ' ' + unit).trim(),
      // What stands in a cell whose heading names the unit.
      short: fits ? PREFIXES[prefix] + unit.replace(/\/op$/, '') : PREFIXES[prefix]
    };
  }
  const text = (value, error, unit) => {
    const p = parts(value, error, unit);
    return p.value + (p.error ? ' ± ' + p.error : '') + (p.unit ? ' ' + p.unit : '');
  };
  const short = (value, unit) => text(value, NaN, unit);
  /** For axes: the number without trailing noughts, with its unit's first part where that takes a prefix. */
  const SHORT = /^(s|J|W|B)(\/op)?$/;
  const axis = unit => value => {
    const prefix = prefixOf(value);
    const number = Number((value / Math.pow(10, 3 * (prefix - 5))).toPrecision(3));
    if (PLAIN.test(unit)) return String(Number(value.toPrecision(5)));
    const symbol = PREFIXES[prefix] + (SHORT.test(unit) ? unit.replace(/\/op$/, '') : '');
    return number + (symbol ? ' ' + symbol : '');
  };
  /** What the axis's own labels do not say of the unit. */
  axis.rest = unit => unit === '1' || unit === '' || SHORT.test(unit) ? '' : ' (' + unit + ')';

  /** An element; children are nodes or text. */
  function element(name, attributes, ...children) {
    const node = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === false || value === undefined) continue;
      if (key === 'class') node.className = value;
      else if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
      else node.setAttribute(key, value === true ? '' : value);
    }
    node.append(...children.filter(child => child !== null && child !== undefined && child !== ''));
    return node;
  }
  const cut = (word, length) => word.length > length ? word.slice(0, length - 1) + '…' : word;
  const plural = (count, word) => count.toLocaleString('en') + ' ' + word + (count === 1 ? '' : 's');
  return {parts, text, short, axis, element, cut, plural};
})();
