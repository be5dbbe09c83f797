'use strict';
// The page: its head, its filters, its sources, light and dark.
(() => {
  const {element, text, cut, plural} = FORMAT;
  const root = document.documentElement;
  const form = document.getElementById('filters');
  const FILTERS = ['hardware', 'benchmark', 'strategy', 'energy kind', 'outcome'];
  const chosen = new Map();

  // --- light and dark --------------------------------------------------------------------------
  const systemDark = matchMedia('(prefers-color-scheme: dark)');
  function applyColours(forced) {
    root.dataset.effective = forced || root.dataset.theme || (systemDark.matches ? 'dark' : 'light');
    PICTURES.readColours();
  }
  document.getElementById('theme').addEventListener('click', () => {
    root.dataset.theme = root.dataset.effective === 'dark' ? 'light' : 'dark';
    applyColours();
    PICTURES.redraw();
  });
  systemDark.addEventListener('change', () => { applyColours(); PICTURES.redraw(); });
  let before;
  addEventListener('beforeprint', () => {
    before = root.dataset.theme;
    root.dataset.theme = 'light';
    applyColours();
    PICTURES.redraw(true);
  });
  addEventListener('afterprint', () => {
    if (before === undefined) delete root.dataset.theme; else root.dataset.theme = before;
    applyColours();
    PICTURES.redraw();
  });

  // --- filters ---------------------------------------------------------------------------------
  function fillFilters() {
    form.querySelectorAll('select').forEach(node => {
      const column = REPORT.identity.get(node.dataset.filter);
      const counts = new Map();
      for (let r = 0; r < REPORT.rows; r++) counts.set(column.c[r], (counts.get(column.c[r]) || 0) + 1);
      const cells = [...counts.keys()].sort((a, b) => REPORT.strings[a].localeCompare(REPORT.strings[b], 'en', {numeric: true}));
      node.replaceChildren(element('option', {value: ''}, 'all'),
          ...cells.map(cell => element('option', {value: String(cell)}, cut(REPORT.strings[cell] || 'none', 60) + ' (' + counts.get(cell) + ')')));
      node.addEventListener('change', () => {
        chosen.set(node.dataset.filter, node.value);
        node.classList.toggle('active', node.value !== '');
        update();
      });
    });
    let waiting;
    document.getElementById('search').addEventListener('input', () => { clearTimeout(waiting); waiting = setTimeout(update, 120); });
    form.addEventListener('submit', event => event.preventDefault());
    form.addEventListener('reset', () => {
      chosen.clear();
      form.querySelectorAll('select').forEach(node => node.classList.remove('active'));
      setTimeout(update);
    });
  }
  function passing() {
    const wanted = FILTERS.filter(name => chosen.get(name)).map(name => [REPORT.identity.get(name).c, Number(chosen.get(name))]);
    const words = document.getElementById('search').value.toLowerCase().split(/\s+/).filter(Boolean);
    // A word is looked for once in every distinct string, then rows only compare numbers.
    const hits = words.map(word => {
      const found = new Uint8Array(REPORT.strings.length);
      REPORT.strings.forEach((string, i) => { found[i] = string.toLowerCase().includes(word) ? 1 : 0; });
      return found;
    });
    const searched = [...REPORT.identity.values(), ...REPORT.params];
    const rows = [];
    for (let r = 0; r < REPORT.rows; r++) {
      if (wanted.every(([cells, value]) => cells[r] === value)
          && hits.every(found => searched.some(column => found[column.c[r]]))) rows.push(r);
    }
    return rows;
  }
  function update() {
    const rows = passing();
    document.getElementById('count').textContent = rows.length === REPORT.rows
      ? plural(rows.length, 'result') : rows.length.toLocaleString('en') + ' of ' + plural(REPORT.rows, 'result');
    PICTURES.update(rows);
    TABLE.update(rows);
  }

  // --- head and foot ---------------------------------------------------------------------------
  function count(name) {
    const counts = new Map();
    for (let r = 0; r < REPORT.rows; r++) {
      const word = REPORT.is(name, r);
      counts.set(word, (counts.get(word) || 0) + 1);
    }
    return counts;
  }
  /** How many results of each kind have an energy figure; one without has a kind all the same. */
  function kindsWithFigure() {
    const energy = REPORT.numberByName.get('energy'), counts = new Map();
    for (let r = 0; energy && r < REPORT.rows; r++) {
      if (Number.isFinite(energy.v[r])) counts.set(REPORT.is('energy kind', r), (counts.get(REPORT.is('energy kind', r)) || 0) + 1);
    }
    return counts;
  }
  function introduce() {
    const outcomes = count('outcome'), kinds = kindsWithFigure(), machines = count('hardware'), strategies = count('strategy');
    strategies.delete('');
    const without = REPORT.rows - [...kinds.values()].reduce((sum, more) => sum + more, 0);
    const kindWords = ['measured', 'integrated', 'modelled'].filter(kind => kinds.has(kind));
    document.getElementById('lede').textContent = 'How much useful work each watt-hour gave: ' + plural(REPORT.rows, 'result') + ' from '
        + plural(REPORT.files.length, 'file') + ', energy ' + (kindWords.map(kind => kind + ' for ' + kinds.get(kind).toLocaleString('en')).join(', ') || 'unknown') + (without > 0 ? ', none for ' + without.toLocaleString('en') : '') + '.';
    const tile = (name, value, more) => element('div', {}, element('dt', {}, name), element('dd', {}, value, element('small', {}, more)));
    const tiles = document.getElementById('tiles');
    const others = ['unsupported', 'failed'].filter(word => outcomes.has(word)).map(word => outcomes.get(word) + ' ' + word).join(', ');
    tiles.append(tile('Results', REPORT.rows.toLocaleString('en'), others || (REPORT.rows ? 'all of them ok' : 'none')));
    tiles.append(tile('Hardware', String(machines.size), cut([...machines.keys()].join(', '), 60)));
    tiles.append(tile('Work', String(REPORT.works.length), plural(count('benchmark').size, 'benchmark')));
    tiles.append(tile('Strategies', String(strategies.size), cut(PICTURES.strategies.filter(Boolean).join(', '), 60)));
    ['measured', 'integrated', 'modelled'].filter(kind => kinds.has(kind)).forEach(kind =>
      tiles.append(element('div', {}, element('dt', {}, 'Energy'), element('dd', {}, element('span', {class: 'kind ' + kind}, kind), element('small', {}, plural(kinds.get(kind), 'result'))))));
  }
  function tellSources() {
    const machines = document.getElementById('machines');
    const groups = new Map();
    REPORT.files.forEach(file => {
      const key = file.environment === undefined ? -1 : file.environment;
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(file);
    });
    groups.forEach((files, key) => {
      const environment = REPORT.environments[key];
      const title = environment ? environment['engine.device.name'] || environment['cpu.model'] || 'A machine without a name' : 'Environment unknown';
      const told = environment ? [environment.operatingSystem, environment['jdk.vm'] + ' ' + environment['jdk.version'], 'suite ' + environment['suite.version'], environment.recordedAt] : ['There is no environment.json beside the files, so nobody can say what they were measured on.'];
      machines.append(element('div', {class: 'machine'}, element('h3', {}, title), element('p', {}, told.filter(Boolean).join(' · ')),
          element('p', {}, 'Files: ' + files.map(file => file.name + ' (' + plural(file.rows, 'result') + (file.cutOff ? ', cut off by a kill' : '') + ')').join(', ')),
          environment ? element('details', {}, element('summary', {}, 'Everything that is known of it'),
              element('dl', {class: 'facts'}, ...Object.entries(environment).flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]))) : ''));
    });
  }
  function explain() {
    const list = document.getElementById('meanings');
    const add = (name, meaning) => list.append(element('dt', {}, name), element('dd', {}, meaning));
    Object.entries(PICTURES.KIND_WORDS).forEach(([kind, words]) => add('Energy ' + kind, words[0].toUpperCase() + words.slice(1) + '.'));
    if (REPORT.identity.get('score kind').c.some(cell => cell)) {
      add('Score from', "Where a task's score comes from: an evaluation by lm-evaluation-harness, a scores file, or what others "
          + 'have published. A score of baseline is that of the model as it was published, for want of one of the strategy\'s own.');
    }
    const seen = new Set();
    REPORT.numbers.forEach(column => {
      if (column.meaning && !seen.has(column.title)) { seen.add(column.title); add(column.title + (column.unit === '1' ? '' : ' (' + column.unit + ')'), column.meaning); }
    });
  }

  applyColours();
  introduce();
  fillFilters();
  PICTURES.build(document.getElementById('pictures'));
  TABLE.build();
  tellSources();
  explain();
  update();
  TABLE.followHash();
  root.dataset.ready = 'true';
})();
