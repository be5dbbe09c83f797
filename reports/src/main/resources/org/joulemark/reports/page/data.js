'use strict';
// The table by columns. A column of words is {name, c: Int32Array of indices into strings}; a column of numbers is
// {name, unit, known, v, e: Float64Array}, NaN where there is none; unless it is known, there is none in any row.
const REPORT = (() => {
  const raw = JSON.parse(document.getElementById('data').textContent);
  const rows = raw.rows;

  // ColumnWriter.java says how columns are packed.
  const TYPES = {u8: Uint8Array, u16: Uint16Array, i32: Int32Array, f32: Float32Array, f64: Float64Array};
  function elements(packed) {
    const type = Object.keys(TYPES).find(name => name in packed);
    const binary = atob(packed[type]);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    return new TYPES[type](bytes.buffer);
  }
  function unpack(packed, all) {
    if ('k' in packed) return all.fill(packed.k);
    const cells = elements(packed);
    if (!packed.at) all.set(cells);
    else elements(packed.at).forEach((row, i) => { all[row] = cells[i]; });
    return all;
  }
  const integers = packed => unpack(packed, new Int32Array(rows));
  const floats = packed => packed ? unpack(packed, new Float64Array(rows).fill(NaN)) : new Float64Array(rows).fill(NaN);
  /** A property that is made when somebody first asks for it: most columns are never looked at. */
  const lazy = (object, name, make) => Object.defineProperty(object, name, {
    configurable: true, enumerable: true,
    get() { const value = make(); Object.defineProperty(object, name, {value}); return value; }
  });
  const words = column => lazy({name: column.name}, 'c', () => integers(column.c));

  const infos = new Map(raw.metricInfo.map(info => [info.name, info]));
  const numbers = raw.numbers.map(column => {
    const common = column.name.replace(/^gpu\d+\./, '');
    const info = infos.get(common) || {title: column.name, meaning: '', better: '', energy: false};
    const prefix = common === column.name ? '' : column.name.slice(0, column.name.length - common.length - 1) + ': ';
    const number = {
      name: column.name, unit: column.unit, title: prefix + info.title, meaning: info.meaning, better: info.better,
      energy: info.energy, key: column.name + ' ' + column.unit, known: Boolean(column.v)
    };
    return lazy(lazy(number, 'v', () => floats(column.v)), 'e', () => floats(column.e));
  });
  const byName = list => new Map(list.map(column => [column.name, column]));
  const identity = byName(raw.identity.map(words));
  const params = raw.params.map(words);
  const paramByName = byName(params);
  const numberByName = new Map();
  numbers.forEach(column => numberByName.has(column.name) || numberByName.set(column.name, column));

  // Strategy of a layer, or precision of a GEMM, in one spelling.
  const strings = raw.strings;
  const index = new Map(strings.map((word, i) => [word, i]));
  const strategy = {name: 'strategy', c: new Int32Array(rows)};
  for (const name of ['precision', 'strategy']) {
    const column = paramByName.get(name);
    if (!column) continue;
    for (let r = 0; r < rows; r++) {
      if (column.c[r] === 0) continue;
      const word = strings[column.c[r]];
      const spelt = /^(fp|tf|bf|int)\d+$/.test(word) ? word.toUpperCase() : word;
      if (!index.has(spelt)) { index.set(spelt, strings.length); strings.push(spelt); }
      strategy.c[r] = index.get(spelt);
    }
  }
  identity.set('strategy', strategy);

  // Rows are comparable where every parameter agrees that says what is done.
  const what = params.filter(column => !raw.how.includes(column.name));
  const benchmark = identity.get('benchmark');
  const works = [];
  const work = new Int32Array(rows);
  const known = new Map();
  for (let r = 0; r < rows; r++) {
    let key = String(benchmark.c[r]);
    for (const column of what) key += ',' + column.c[r];
    let number = known.get(key);
    if (number === undefined) {
      number = works.length;
      known.set(key, number);
      works.push({number, first: r, rows: 0});
    }
    work[r] = number;
    works[number].rows++;
  }
  // A work is named by the parameters in which it differs from others of its benchmark.
  const groups = new Map();
  works.forEach(one => {
    const b = benchmark.c[one.first];
    if (!groups.has(b)) groups.set(b, []);
    groups.get(b).push(one);
  });
  const SUBJECTS = ['task', 'model', 'shape', 'traffic', 'call'];
  groups.forEach(group => {
    const varying = what.filter(column => SUBJECTS.includes(column.name) && column.c[group[0].first] !== 0
        || group.some(one => column.c[one.first] !== column.c[group[0].first]));
    varying.sort((a, b) => (SUBJECTS.indexOf(a.name) + 99) % 99 - (SUBJECTS.indexOf(b.name) + 99) % 99);
    group.forEach(one => {
      one.benchmark = strings[benchmark.c[one.first]];
      one.label = varying.filter(column => column.c[one.first] !== 0 && strings[column.c[one.first]] !== 'auto')
          .map(column => (SUBJECTS.includes(column.name) ? '' : column.name + ' ') + strings[column.c[one.first]])
          .join(' · ') || one.benchmark;
    });
  });

  const workColumn = {name: 'work', c: new Int32Array(rows)};
  works.forEach(one => {
    const label = one.label === one.benchmark ? '' : one.label;
    if (!index.has(label)) { index.set(label, strings.length); strings.push(label); }
    one.string = index.get(label);
  });
  for (let r = 0; r < rows; r++) workColumn.c[r] = works[work[r]].string;
  identity.set('work', workColumn);

  return {
    rows, strings, identity, params, paramByName, what, numbers, numberByName, work, works,
    notes: raw.notes.map(words), hardware: raw.hardware, files: raw.files, environments: raw.environments,
    traces: raw.traces, metricInfo: raw.metricInfo,
    file: integers(raw.file), place: integers(raw.place), forks: integers(raw.forks),
    text: (column, row) => strings[column.c[row]],
    is: (name, row) => strings[identity.get(name).c[row]]
  };
})();
