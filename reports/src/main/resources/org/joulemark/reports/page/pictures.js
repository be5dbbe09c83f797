'use strict';
// Every picture: what it asks of the rows, and what it draws of them. A picture returns {option, aria, caveat, head,
// body, line}, where body is what it draws and line turns one of that into the cells of a table, or {why, command} if
// there is nothing to draw.
const PICTURES = (() => {
  const {element, parts, text, short, axis, cut, plural} = FORMAT;
  const KINDS = ['measured', 'integrated', 'modelled'];
  const KIND_WORDS = {
    measured: 'measured by a hardware counter', integrated: 'integrated from power readings',
    modelled: 'modelled: there was no sensor'
  };
  const LADDER = ['FP32', 'TF32', 'BF16', 'FP16', 'FP8', 'FP8_E5M2', 'FP8_E4M3', 'INT8', 'INT8_OUT8', 'INT4'];
  // Shape tells strategies apart where colour does not; every one is centred on its point.
  const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'path://M-2,-3.4L2,-3.4L4,0L2,3.4L-2,3.4L-4,0Z',
    'path://M-4,-3L4,-3L0,4Z', 'path://M-1.3,-4H1.3V-1.3H4V1.3H1.3V4H-1.3V1.3H-4V-1.3H-1.3Z'];
  const NO_STRATEGY = 'no strategy';
  const ROMAN = {1: '1st', 2: '2nd', 3: '3rd'};
  const MANY = 2000;
  const GRID = {left: 58, right: 30, top: 62, bottom: 44};
  const HEAT_BOTTOM = 30;
  // As many as report.css lets a name beside a picture have.
  const NAME_LINES = 6;
  const RUN = 'java -jar benchmarks.jar ';
  const state = {rows: [], kind: '', work: -1, choice: {}};
  const number = name => REPORT.numberByName.get(name);

  function ladderOf(words) {
    const rank = word => LADDER.includes(word) ? LADDER.indexOf(word) : LADDER.length;
    return [...new Set(words)].sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : a > b ? 1 : 0));
  }
  const strategies = ladderOf(Array.from({length: REPORT.rows}, (_, r) => REPORT.is('strategy', r)).filter(Boolean));
  const hardware = [...new Set(Array.from({length: REPORT.rows}, (_, r) => REPORT.is('hardware', r)))];
  const specOf = name => REPORT.hardware.find(one => one.name === name) || {name};

  // --- colours and what all pictures share -----------------------------------------------------
  let ink;
  function readColours() {
    const css = getComputedStyle(document.documentElement);
    const get = name => css.getPropertyValue('--' + name).trim();
    ink = {
      ink: get('ink'), muted: get('muted'), rule: get('rule'), panel: get('panel'), faint: get('faint'),
      accent: get('accent'), low: get('low'), mid: get('mid'), high: get('high'),
      series: [1, 2, 3, 4, 5, 6, 7, 8].map(i => get('c' + i))
    };
  }
  const colourOf = (word, all) => word === NO_STRATEGY ? ink.muted : ink.series[Math.max(0, all.indexOf(word)) % ink.series.length];
  const symbolOf = (word, all) => word === NO_STRATEGY ? 'circle' : SYMBOLS[Math.max(0, all.indexOf(word)) % SYMBOLS.length];

  function errorOf(column, row) {
    if (Number.isFinite(column.e[row])) return {error: column.e[row], sigma: false};
    const own = column.name === 'energy' ? number('energy.uncertainty') : undefined;
    return own && Number.isFinite(own.v[row]) ? {error: own.v[row], sigma: true} : {error: NaN, sigma: false};
  }
  function figure(column, row) {
    const {error, sigma} = errorOf(column, row);
    return text(column.v[row], error, column.unit) + (sigma ? ' (1σ)' : '');
  }
  const kindOf = row => REPORT.is('energy kind', row);
  const scoreKindOf = row => REPORT.is('score kind', row);
  /** Whether a figure is made of a score, and so also has that one's origin. */
  const hasScore = column => /^(task\.)?(score|eor|tweor)$/.test(column.name);
  const scoreWords = (column, row) => hasScore(column) && scoreKindOf(row) ? 'score: ' + scoreKindOf(row) : '';
  const kindsOf = (column, row) => [column.energy ? kindOf(row) : '', scoreWords(column, row)].filter(Boolean).join('; ');
  const withKind = (column, row) => figure(column, row) + (kindsOf(column, row) ? ', ' + kindsOf(column, row) : '');
  /** Where the scores of some results come from, for those that are a task's. */
  function scoresOf(columns, rows) {
    const count = new Map();
    if (columns.some(hasScore)) rows.map(scoreKindOf).filter(Boolean).forEach(kind => count.set(kind, (count.get(kind) || 0) + 1));
    return count.size === 0 ? ''
        : "Tasks' scores: " + [...count].map(([kind, results]) => kind + ' (' + plural(results, 'result') + ')').join(', ') + '.';
  }
  function workLabel(w) {
    const work = REPORT.works[w];
    return work.label === work.benchmark ? work.benchmark : work.benchmark.replace(/\.\w+$/, '') + ' · ' + work.label;
  }
  const pointName = row => REPORT.is('hardware', row) + ' · ' + (REPORT.is('strategy', row) || NO_STRATEGY);

  /** A tooltip as an element, so that no string of a result is ever markup. */
  function tip(title, lines) {
    return element('div', {class: 'tip'}, element('b', {}, cut(title, 120)),
        ...lines.filter(Boolean).map(line => element('span', {}, cut(String(line), 160))));
  }
  const rowTip = (row, columns) => tip(pointName(row), [
    workLabel(REPORT.work[row]),
    ...columns.map(column => column.title + ': ' + withKind(column, row)),
    'Row ' + (row + 1) + ': click for all of it']);

  function axisOf(column, more) {
    return Object.assign({
      type: 'value', scale: true, name: column.title + axis.rest(column.unit),
      nameLocation: 'middle', nameGap: 28, nameTextStyle: {color: ink.muted, fontSize: 12},
      axisLabel: {color: ink.muted, formatter: axis(column.unit), hideOverlap: true, margin: 11},
      axisLine: {lineStyle: {color: ink.rule}}, axisTick: {show: false},
      splitLine: {lineStyle: {color: ink.faint}}, minorSplitLine: {show: false}
    }, more && more.type === 'log' ? {} : {splitNumber: innerWidth < 640 ? 3 : 5}, more);
  }
  /** An axis of names, which are aslant if they would run into each other, and the room that it needs. */
  function namesBelow(names, available, grid) {
    const FONT = 11, GAP = 10, LEAST_BELOW = 44, ABOVE_NAMES = 26;
    const longest = Math.max(...widthsOf(names, FONT));
    const slant = longest + GAP <= (available - grid.left - grid.right) / names.length ? 0 : 35;
    return {
      grid: Object.assign({}, grid, {bottom: Math.max(LEAST_BELOW, ABOVE_NAMES + longest * Math.sin(slant * Math.PI / 180))}),
      xAxis: {type: 'category', data: names, axisTick: {show: false}, axisLine: {lineStyle: {color: ink.rule}},
        axisLabel: {color: ink.ink, interval: 0, hideOverlap: false, fontSize: FONT, rotate: slant}}
    };
  }
  /** A vertical axis has its name above it, where it can be read without turning the head. */
  const uprightOf = (column, more) => axisOf(column, Object.assign({
    nameLocation: 'end', nameGap: 15, nameTextStyle: {color: ink.muted, fontSize: 12, align: 'left', padding: [0, 0, 0, -52]}
  }, more));
  /** A logarithmic axis from one decade to another where the values span much, else a plain one. */
  function spanned(values) {
    const positive = values.filter(value => value > 0 && Number.isFinite(value));
    const low = Math.min(...positive), high = Math.max(...positive);
    if (positive.length < values.length || !(high / low > 15)) return {};
    return {
      type: 'log', min: Math.pow(10, Math.floor(Math.log10(low) - 0.05)),
      max: Math.pow(10, Math.ceil(Math.log10(high) + 0.05))
    };
  }
  /** A score has no room above 1, and scores that are all the same stay in the middle. */
  const scoreRange = () => ({
    min: range => Math.max(0, range.min - Math.max(.005, (range.max - range.min) * .1)),
    max: range => Math.min(1, range.max + Math.max(.005, (range.max - range.min) * .1)),
    axisLabel: {color: ink.muted, formatter: value => String(Number(value.toPrecision(4))), showMinLabel: false, hideOverlap: true}
  });
  const base = option => Object.assign({
    animation: false, textStyle: {fontFamily: getComputedStyle(document.body).fontFamily, color: ink.ink},
    tooltip: {
      trigger: 'item', confine: true, backgroundColor: ink.panel, borderColor: ink.rule,
      textStyle: {color: ink.ink, fontWeight: 'normal'}, extraCssText: 'box-shadow:0 4px 16px rgb(0 0 0 / .18)'
    },
    grid: Object.assign({}, GRID)
  }, option);
  const legend = more => Object.assign({
    type: 'scroll', top: 0, left: 0, right: 0, itemWidth: 12, itemHeight: 10, itemGap: 14,
    textStyle: {color: ink.ink, fontSize: 12}, pageTextStyle: {color: ink.muted}, inactiveColor: ink.rule,
    pageIconColor: ink.accent, pageIconInactiveColor: ink.rule
  }, more);

  const pen = document.createElement('canvas').getContext('2d');
  /** How wide each of some words is, in pixels of the page. */
  function widthsOf(words, fontSize, weight = 400) {
    pen.font = weight + ' ' + fontSize + 'px ' + getComputedStyle(document.body).fontFamily;
    return words.map(word => pen.measureText(word).width);
  }

  /** How many lines words take that are broken at blanks and hyphens, and elsewhere if need be. */
  function linesOf(words, fontSize, width) {
    let lines = 1, x = 0;
    widthsOf(words.split(/(?<=[ -])/), fontSize).forEach(piece => {
      if (x > 0 && x + piece > width) { lines++; x = 0; }
      lines += Math.floor(piece / width);
      x += piece % width;
    });
    return lines;
  }

  /** Wraps a legend that needs a few lines, and gives the picture their height; one of more is paged. */
  function fitLegend(option, chart) {
    if (!option.legend) return 0;
    const LINE = 26, MOST_LINES = 10;
    const {itemWidth, itemGap} = option.legend;
    const names = option.legend.data || option.series.map(one => one.name);
    let lines = 1, x = 0;
    widthsOf(names, option.legend.textStyle.fontSize).forEach(word => {
      // Between symbol and word there are 5 pixels; a symbol's border takes one.
      const width = itemWidth + 6 + word;
      if (x > 0 && x + width > chart.clientWidth - 10) { lines++; x = 0; }
      x += width + itemGap;
    });
    if (lines > MOST_LINES) return 0;
    option.legend.type = 'plain';
    const more = (lines - 1) * LINE;
    option.grid.top += more;
    return more;
  }

  /** Of thousands of points, one of those that would fall on each other. */
  function thinned(rows, x, y, what) {
    if (rows.length <= MANY) return rows;
    const column = REPORT.identity.get(what).c;
    const extent = c => rows.reduce(([low, high], row) => c.v[row] > 0
        ? [Math.min(low, Math.log(c.v[row])), Math.max(high, Math.log(c.v[row]))] : [low, high], [Infinity, -Infinity]);
    const bin = (c, [low, high], count) => row => Math.round(count * (Math.log(Math.max(c.v[row], 0)) - low) / (high - low || 1));
    const across = bin(x, extent(x), 240), up = bin(y, extent(y), 160);
    const seen = new Set();
    return rows.filter(row => {
      const place = (column[row] * 1000 + across(row)) * 1000 + up(row);
      return !seen.has(place) && seen.add(place);
    });
  }
  const THINNED = 'Of points that fall on each other one is drawn.';
  const thinCaveat = rows => rows.length > MANY ? ' ' + THINNED : '';

  /** Scatter series, one for each strategy (or hardware), with the row as third value. */
  function scatter(all, x, y, by) {
    const groups = new Map();
    const what = by || 'strategy', known = what === 'strategy' ? strategies : hardware;
    const rows = thinned(all, x, y, what);
    rows.forEach(row => {
      const name = REPORT.is(what, row) || NO_STRATEGY;
      if (!groups.has(name)) groups.set(name, []);
      groups.get(name).push([x.v[row], y.v[row], row]);
    });
    return ladderOf([...groups.keys()]).map(name => ({
      name, type: 'scatter', data: groups.get(name), symbolSize: rows.length > 400 ? 6 : innerWidth < 640 ? 9 : 11,
      symbol: symbolOf(name, known), itemStyle: {
        color: colourOf(name, known), opacity: rows.length > 400 ? .55 : .95, borderColor: ink.panel,
        borderWidth: rows.length > 400 ? 0 : 1
      }
    }));
  }
  /** Error bars of both coordinates, where there are few enough to be seen. */
  function errorBars(rows, x, y, by) {
    if (rows.length > 200) return [];
    const data = rows.map(row => [
      x.v[row], y.v[row], errorOf(x, row).error || 0, errorOf(y, row).error || 0,
      (by === 'hardware' ? hardware : strategies).indexOf(REPORT.is(by, row))]);
    return [{
      type: 'custom', silent: true, z: 1, data, encode: {x: 0, y: 1}, tooltip: {show: false},
      renderItem: (params, api) => {
        const [vx, vy, ex, ey] = [0, 1, 2, 3].map(k => api.value(k));
        const style = {stroke: ink.series[Math.max(0, api.value(4)) % 8], lineWidth: 1.2, opacity: .6};
        const bar = (a, b) => {
          const [p, q] = [api.coord(a), api.coord(b)];
          return [p, q].flat().every(Number.isFinite)
              ? [{type: 'line', shape: {x1: p[0], y1: p[1], x2: q[0], y2: q[1]}, style}] : [];
        };
        const low = (value, error) => Math.max(value - error, value * 1e-3);
        return {
          type: 'group', children: [
            ...(ex > 0 ? bar([low(vx, ex), vy], [vx + ex, vy]) : []),
            ...(ey > 0 ? bar([vx, low(vy, ey)], [vx, vy + ey]) : [])]
        };
      }
    }];
  }

  // --- which rows a picture is about ----------------------------------------------------------
  const okRows = () => state.rows.filter(row => REPORT.is('outcome', row) === 'ok');
  const having = (rows, ...columns) =>
    rows.filter(row => columns.every(column => column && Number.isFinite(column.v[row])));
  function kindsIn(rows) {
    const count = new Map();
    rows.forEach(row => count.set(kindOf(row), (count.get(kindOf(row)) || 0) + 1));
    return KINDS.filter(kind => count.has(kind)).map(kind => ({kind, count: count.get(kind)}));
  }
  /** One kind only: kinds are never in one picture. */
  function ofOneKind(rows) {
    const kinds = kindsIn(rows);
    const kind = kinds.some(one => one.kind === state.kind) ? state.kind : kinds.length ? kinds[0].kind : '';
    const others = kinds.filter(one => one.kind !== kind);
    return {
      kind, kinds, rows: rows.filter(row => kindOf(row) === kind),
      caveat: !kind ? '' : 'Energy ' + KIND_WORDS[kind] + '.' + (others.length
          ? ' Left out, because kinds do not compare: '
            + others.map(one => plural(one.count, 'result') + ' ' + one.kind).join(', ') + '.' : '')
    };
  }
  function worksIn(rows) {
    const seen = new Map();
    rows.forEach(row => {
      const w = REPORT.work[row];
      if (!seen.has(w)) seen.set(w, new Set());
      seen.get(w).add(REPORT.is('strategy', row) + '\n' + REPORT.is('hardware', row));
    });
    const order = [...seen.keys()].sort((a, b) => a - b);
    const best = order.reduce((most, w) => most < 0 || seen.get(w).size > seen.get(most).size ? w : most, -1);
    return {order, work: seen.has(state.work) ? state.work : best};
  }
  function best(rows, column) {
    const sign = column.better === 'less' ? 1 : -1;
    const judge = column.better ? column : number('time') || column;
    const direction = column.better ? sign : 1;
    return rows.reduce((a, b) => direction * judge.v[b] < direction * judge.v[a] ? b : a);
  }
  const metricsIn = rows => REPORT.numbers.filter(column =>
    rows.some(row => Number.isFinite(column.v[row])));

  // --- controls --------------------------------------------------------------------------------
  function select(label, value, options, change) {
    const node = element('select', {onchange: event => { change(event.target.value); redraw(); }});
    let parent = node, group;
    options.forEach(option => {
      if (option.group !== group) {
        group = option.group;
        parent = group ? node.appendChild(element('optgroup', {label: group})) : node;
      }
      parent.append(element('option', {value: option.value, selected: String(option.value) === String(value)},
          cut(option.label, 70)));
    });
    return element('label', {}, label, node);
  }
  const kindControl = one => one.kinds.length < 2 ? null
    : select('Energy', one.kind, one.kinds.map(k => ({value: k.kind, label: k.kind + ' (' + k.count + ')'})),
        value => { state.kind = value; });
  const workControl = works => works.order.length < 2 ? null
    : select('Work', works.work, works.order.map(w => ({
      value: w, label: REPORT.works[w].label, group: REPORT.works[w].benchmark
    })), value => { state.work = Number(value); });
  const metricControl = (id, column, columns) => select('Metric', column.key,
      columns.map(c => ({value: c.key, label: c.title + ' (' + c.unit + ')'})),
      value => { state.choice[id] = value; });

  // --- the pictures ----------------------------------------------------------------------------
  function heat(available) {
    const rows = okRows();
    const metrics = metricsIn(rows);
    if (!metrics.length) return {why: 'No result has a figure.', command: RUN};
    const column = metrics.find(c => c.key === state.choice.heat) || metrics.find(c => c.name === 'eor') || metrics[0];
    const withFigure = having(rows, column).filter(row => REPORT.is('strategy', row));
    const one = column.energy ? ofOneKind(withFigure) : {rows: withFigure, kinds: [], caveat: ''};
    if (!one.rows.length) {
      return {controls: [metricControl('heat', column, metrics)],
        why: 'No result with a strategy or a precision has this figure.', command: RUN + '--preset standard'};
    }
    const machines = hardware.filter(name => one.rows.some(row => REPORT.is('hardware', row) === name));
    const across = state.choice.heatRows || (machines.length > 1 ? 'hardware' : 'work');
    const machine = machines.includes(state.choice.heatMachine) ? state.choice.heatMachine : machines[0];
    const works = worksIn(one.rows);
    const byHardware = across === 'hardware';
    const normalisable = column.better !== '';
    const normalised = normalisable && (state.choice.heatScale || 'normalised') === 'normalised';
    const shown = one.rows.filter(row => byHardware ? REPORT.work[row] === works.work
        : REPORT.is('hardware', row) === machine);
    const keyOf = row => byHardware ? REPORT.is('hardware', row) : REPORT.work[row];
    const cellsOf = new Map();
    shown.forEach(row => {
      const key = keyOf(row);
      if (!cellsOf.has(key)) cellsOf.set(key, new Map());
      const name = REPORT.is('strategy', row);
      if (!cellsOf.get(key).has(name)) cellsOf.get(key).set(name, []);
      cellsOf.get(key).get(name).push(row);
    });
    let keys = [...cellsOf.keys()];
    const lonely = key => cellsOf.get(key).size < 2;
    // A row that has nothing to compare says nothing beside rows that have.
    const single = !byHardware && normalisable && keys.some(key => !lonely(key)) ? keys.filter(lonely).length : 0;
    if (single) keys = keys.filter(key => !lonely(key));
    if (keys.length > 40) keys.sort((a, b) => cellsOf.get(b).size - cellsOf.get(a).size);
    const dropped = Math.max(0, keys.length - 40);
    keys = keys.slice(0, 40);
    const columns = ladderOf(keys.flatMap(key => [...cellsOf.get(key).keys()]));
    const cells = [];
    keys.forEach((key, y) => columns.forEach((name, x) => {
      const candidates = cellsOf.get(key).get(name) || [];
      if (candidates.length) cells.push({x, y, row: best(candidates, column), of: candidates.length});
    }));
    // What was tried and cannot be, in the same places.
    const gaps = [];
    state.rows.forEach(row => {
      if (REPORT.is('outcome', row) === 'ok') return;
      const y = keys.indexOf(keyOf(row)), x = columns.indexOf(REPORT.is('strategy', row));
      const here = byHardware ? REPORT.work[row] === works.work : REPORT.is('hardware', row) === machine;
      if (x >= 0 && y >= 0 && here && !cells.some(c => c.x === x && c.y === y)) gaps.push({x, y, row});
    });
    const reference = cell => {
      const rivals = cells.filter(other => byHardware || other.y === cell.y);
      return column.v[best(rivals.map(other => other.row), column)];
    };
    const share = cell => {
      const top = reference(cell), own = column.v[cell.row];
      return column.better === 'less' ? top / own : own / top;
    };
    const values = cells.map(cell => normalised ? share(cell) : column.v[cell.row]);
    const low = normalised ? 0 : Math.min(...values), high = normalised ? 1 : Math.max(...values);
    const logarithmic = !normalised && low > 0 && high / low > 30;
    const tone = value => logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low || 1);
    const inverted = !normalised && column.better === 'less';
    const shade = value => inverted ? 1 - tone(value) : tone(value);
    const label = key => byHardware ? key : workLabel(key);
    const narrow = innerWidth < 640;
    const names = keys.map(key => cut(String(label(key)), 200));
    // The metric's control names the unit.
    const cellText = value => { const p = parts(value, NaN, column.unit); return p.value + (p.short ? '\n' + p.short : ''); };
    const figures = values.map(value => normalised ? value.toFixed(2) : cellText(value));
    const place = heatPlace({names, columns, figures, available, narrow});
    const data = cells.map((cell, k) => ({
      value: [cell.x, cell.y, shade(values[k])], row: cell.row, of: cell.of, share: share(cell),
      label: {color: contrast(shade(values[k])), formatter: figures[k]}
    }));
    return {
      controls: [
        metricControl('heat', column, metrics),
        select('Rows', across, [{value: 'hardware', label: 'hardware'}, {value: 'work', label: 'work'}],
            value => { state.choice.heatRows = value; }),
        byHardware ? workControl(works) : machines.length > 1
          ? select('Hardware', machine, machines.map(name => ({value: name, label: name})),
              value => { state.choice.heatMachine = value; }) : null,
        column.better === '' ? null : select('Colour', normalised ? 'normalised' : 'absolute',
            [{value: 'normalised', label: 'normalised to the best'}, {value: 'absolute', label: 'absolute'}],
            value => { state.choice.heatScale = value; }),
        kindControl(one)],
      caveat: [one.caveat, scoresOf([column], cells.map(cell => cell.row)),
        normalised ? (byHardware ? '1.00 is the best of this picture.' : '1.00 is the best of each row: rows are different work.') : '',
        single ? plural(single, 'row') + ' of one strategy only ' + (single === 1 ? 'is' : 'are') + ' left out.' : '',
        dropped ? 'The 40 rows with most cells; ' + plural(dropped, 'more row') + ' in the table.' : '',
        (byHardware ? 'Work: ' + workLabel(works.work) : 'Hardware: ' + machine) + '.'].filter(Boolean).join(' '),
      aria: 'Heat map of ' + column.title + ', ' + plural(cells.length, 'cell') + '. Best: '
          + (row => pointName(row) + ', ' + withKind(column, row))(best(cells.map(cell => cell.row), column)),
      width: place.width,
      height: Math.max(190, place.top + 40 + keys.length * Math.max(normalised && !narrow ? 36 : 44, 13 * place.rowLines + 8)),
      names: {words: names, corner: place.width ? 'slide aside for all ' + columns.length + ' columns →' : '', wrap: narrow, width: place.left, top: place.top, bottom: HEAT_BOTTOM},
      head: [byHardware ? 'Hardware' : 'Work', 'Strategy', column.title + ' (' + column.unit + ')', 'Kind', 'Share of the best'],
      body: cells, line: cell => ({
        row: cell.row,
        cells: [label(keys[cell.y]), columns[cell.x], figure(column, cell.row), kindsOf(column, cell.row),
          column.better ? share(cell).toFixed(3) : '']
      }),
      option: base({
        grid: {left: place.left, right: place.right, top: place.top, bottom: HEAT_BOTTOM},
        xAxis: {
          type: 'category', data: columns, position: 'top', axisTick: {show: false}, axisLine: {show: false},
          axisLabel: {color: ink.ink, interval: 0, rotate: -place.slant, fontSize: place.fontSize}
        },
        // The names stand beside the picture, where they stay while it slides.
        yAxis: {
          type: 'category', inverse: true, data: names, axisTick: {show: false}, axisLine: {show: false}, axisLabel: {show: false}
        },
        visualMap: {
          type: 'continuous', show: true, min: 0, max: 1, dimension: 2, seriesIndex: 0, orient: 'horizontal', bottom: 0,
          left: place.width ? place.left : undefined, right: place.width ? undefined : 14,
          itemWidth: 10, itemHeight: 90, text: ['better', ''], textStyle: {color: ink.muted, fontSize: 11}, calculable: false,
          inRange: {color: [ink.low, ink.mid, ink.high]}, formatter: () => ''
        },
        tooltip: {
          confine: true, backgroundColor: ink.panel, borderColor: ink.rule, textStyle: {color: ink.ink},
          position: inSight,
          formatter: p => {
            const item = p.data;
            if (item.gap) return tip(pointName(item.row), [REPORT.is('outcome', item.row) + ': ' + REPORT.is('reason', item.row)]);
            return tip(pointName(item.row), [workLabel(REPORT.work[item.row]), column.title + ': ' + withKind(column, item.row),
              column.better ? item.share.toFixed(3) + ' of the best' : '', item.of > 1 ? 'best of ' + plural(item.of, 'result') : '',
              'Row ' + (item.row + 1) + ': click for all of it']);
          }
        },
        series: [{
          type: 'heatmap', data, label: {show: true, fontSize: place.figureSize, lineHeight: 14, fontWeight: 600},
          itemStyle: {borderColor: ink.panel, borderWidth: 3, borderRadius: 6}, emphasis: {itemStyle: {borderColor: ink.accent}}
        }, {
          type: 'scatter', symbolSize: 1, data: gaps.map(gap => ({value: [gap.x, gap.y], row: gap.row, gap: true,
            label: {formatter: REPORT.is('outcome', gap.row)}})),
          label: {show: true, color: ink.muted, fontSize: 11, width: place.room - 4, overflow: 'truncate'}
        }]
      })
    };
  }
  /**
   * The room around a heat map's cells and in them. Names beside the rows take a share of the picture. Strategies stand
   * above, where they are seen with the first rows of a long picture, and aslant if they would run into each other. A
   * picture whose figures would run into each other has a width of its own, and slides in its box.
   */
  function heatPlace({names, columns, figures, available, narrow}) {
    const LEAST_SLANT = 40, LINE = 16, GAP = 10, MARGIN = 14, MOST_LEFT = .4, MOST_RIGHT = .2, NARROW_NAMES = 110;
    const fontSize = narrow ? 11 : 12, figureSize = narrow ? 11 : 12.5;
    const left = narrow ? NARROW_NAMES + GAP
        : Math.min(MOST_LEFT * available, Math.max(120, ...widthsOf(names, 12)) + 2 * GAP);
    const widths = widthsOf(columns, fontSize), longest = Math.max(...widths);
    // A figure with the border of its cell.
    const least = Math.ceil(Math.max(...widthsOf(figures.flatMap(figure => figure.split('\n')), figureSize, 600))) + GAP;
    const isLevel = room => longest + GAP <= room;
    // As steep as lets a line of each name pass its neighbours.
    const slantIn = room => isLevel(room) ? 0
        : Math.max(Math.PI / 180 * LEAST_SLANT, Math.asin(Math.min(1, (fontSize + 2) / room)));
    // The names that reach over the last cell take room from the cells.
    const rightOf = room => isLevel(room) ? MARGIN : Math.max(MARGIN, ...widths.map((width, k) =>
      width * Math.cos(slantIn(room)) + GAP - (columns.length - k - .5) * room));
    const roomBeside = right => (available - left - right) / columns.length;
    let right = MARGIN;
    for (let pass = 0; pass < 3; pass++) right = Math.min(MOST_RIGHT * available, rightOf(roomBeside(right)));
    const slides = roomBeside(right) < least;
    const room = slides ? least : roomBeside(right);
    if (slides) right = rightOf(room);
    const angle = slantIn(room);
    return {
      left, right, room, fontSize, figureSize, slant: Math.round(180 / Math.PI * angle),
      width: slides ? Math.ceil(left + room * columns.length + right) : 0,
      top: Math.ceil(angle === 0 ? LINE + GAP : longest * Math.sin(angle) + LINE + GAP),
      // Names are broken into lines where there is little room.
      rowLines: narrow ? Math.min(NAME_LINES, Math.max(...names.map(name => linesOf(name, 10.5, NARROW_NAMES)))) : 1
    };
  }
  /** Where a tooltip is seen whole in a picture that slides. */
  function inSight([x, y], params, dom, rect, {contentSize: [width, height], viewSize: [, most]}) {
    const box = dom.closest('.pan'), GAP = 12;
    const from = box.scrollLeft, to = from + box.clientWidth - width;
    return [Math.max(from, Math.min(x + GAP, to)), y + GAP + height > most ? Math.max(0, y - GAP - height) : y + GAP];
  }
  /** Of a dark and a light ink the one that can be read better on a shade of the ramp, as WCAG counts contrast. */
  function contrast(shade) {
    const channels = colour => [1, 3, 5].map(at => parseInt(colour.trim().slice(at, at + 2), 16));
    const luminance = rgb => [0.2126, 0.7152, 0.0722].reduce((sum, weight, k) => {
      const part = rgb[k] / 255;
      return sum + weight * (part <= 0.04045 ? part / 12.92 : Math.pow((part + 0.055) / 1.055, 2.4));
    }, 0);
    const [from, to] = (shade < 0.5 ? [ink.low, ink.mid] : [ink.mid, ink.high]).map(channels);
    const along = shade < 0.5 ? 2 * shade : 2 * shade - 1;
    const ground = luminance(from.map((part, k) => part + along * (to[k] - part))) + 0.05;
    const on = colour => { const other = luminance(channels(colour)) + 0.05; return Math.max(ground, other) / Math.min(ground, other); };
    return on('#101513') > on('#ffffff') ? '#101513' : '#ffffff';
  }

  function clouds(id, xName, yName, title, front) {
    return () => {
      const x = number(xName), y = number(yName);
      const one = ofOneKind(having(okRows(), x, y));
      if (!one.rows.length) return {why: 'No result has ' + title + '.', command: RUN + '-p shape=square-4096'};
      const works = worksIn(one.rows);
      const rows = one.rows.filter(row => REPORT.work[row] === works.work);
      const machines = new Set(rows.map(row => REPORT.is('hardware', row)));
      const by = machines.size > 1 ? state.choice.colour || 'strategy' : 'strategy';
      const series = scatter(rows, x, y, by);
      const edge = front(rows, x, y);
      return {
        controls: [workControl(works), kindControl(one), machines.size < 2 ? null
          : select('Colour', by, [{value: 'strategy', label: 'by strategy'}, {value: 'hardware', label: 'by hardware'}],
              value => { state.choice.colour = value; })],
        caveat: [one.caveat, scoresOf([x, y], rows), 'Work: ' + workLabel(works.work) + '.',
          edge.length === 1 && rows.length > 1 ? 'The front is one point: ' + pointName(edge[0]) + '.' : ''].filter(Boolean).join(' ') + thinCaveat(rows),
        aria: plural(rows.length, 'point') + ' of ' + workLabel(works.work) + '; on the front: '
            + edge.slice(0, 8).map(row => pointName(row) + ' with ' + withKind(y, row)).join('; '),
        head: ['Hardware', 'Strategy', x.title, y.title, 'Kind', 'On the front'],
        body: rows, line: row => ({row, cells: [REPORT.is('hardware', row), REPORT.is('strategy', row), figure(x, row),
          figure(y, row), [kindOf(row), scoreWords(y, row)].filter(Boolean).join('; '), edge.includes(row) ? 'yes' : '']}),
        option: base({
          legend: legend({data: series.map(s => s.name).concat(edge.length > 1 ? 'Pareto front' : [])}),
          xAxis: axisOf(x, spanned(rows.map(row => x.v[row]))),
          yAxis: uprightOf(y, y.name === 'score' ? scoreRange() : spanned(rows.map(row => y.v[row]))),
          tooltip: tooltipOf([x, y, number('score'), number('eor')].filter((c, k, all) => c && all.indexOf(c) === k)),
          series: [...series, ...errorBars(rows, x, y, by), {
            name: 'Pareto front', type: 'line', silent: true, symbol: 'none', z: 1, step: false,
            lineStyle: {color: ink.muted, width: 1.5, type: 'dashed'}, itemStyle: {color: ink.muted},
            data: edge.map(row => [x.v[row], y.v[row]])
          }]
        })
      };
    };
  }
  const tooltipOf = columns => ({
    confine: true, backgroundColor: ink.panel, borderColor: ink.rule, textStyle: {color: ink.ink},
    formatter: p => Array.isArray(p.data) && p.data.length > 2 ? rowTip(p.data[2], columns) : ''
  });
  /** Rows that no other beats in both; less is better on both axes, or more on y if {@code up}. */
  const pareto = up => (rows, x, y) => {
    const sorted = [...rows].sort((a, b) => x.v[a] - x.v[b] || (up ? y.v[b] - y.v[a] : y.v[a] - y.v[b]));
    const front = [];
    sorted.forEach(row => {
      const last = front[front.length - 1];
      if (last === undefined || (up ? y.v[row] > y.v[last] : y.v[row] < y.v[last])) front.push(row);
    });
    return front;
  };

  function solution() {
    const x = number('time'), y = number('energy');
    const one = ofOneKind(having(okRows(), x, y));
    if (!one.rows.length) return {why: 'No result has time and energy.', command: RUN};
    const rows = one.rows;
    const xs = decades(rows.map(row => x.v[row])), ys = decades(rows.map(row => y.v[row]));
    const points = scatter(rows, x, y);
    const watts = [1, 10, 100, 1000].filter(w => w * xs.max > ys.min && w * xs.min < ys.max);
    return {
      controls: [kindControl(one)], caveat: one.caveat + ' Different work in one picture: read slopes and watts, not winners.' + thinCaveat(rows),
      aria: plural(rows.length, 'result') + ' by time and energy of one work unit, with lines of equal power',
      head: ['Hardware', 'Work', 'Strategy', x.title, y.title, 'Kind'],
      body: rows, line: row => ({row, cells: [REPORT.is('hardware', row), workLabel(REPORT.work[row]), REPORT.is('strategy', row),
        figure(x, row), figure(y, row), kindOf(row)]}),
      option: base({
        legend: legend({data: points.map(s => s.name)}),
        xAxis: axisOf(x, Object.assign({type: 'log'}, xs)), yAxis: uprightOf(y, Object.assign({type: 'log'}, ys)),
        tooltip: tooltipOf([x, y, number('power')].filter(Boolean)),
        series: [...points, ...watts.map(w => {
          const from = Math.max(xs.min, ys.min / w), to = Math.min(xs.max, ys.max / w);
          return {
            name: w + ' W', type: 'line', silent: true, symbol: 'none', z: 0, data: [[from, w * from], [to, w * to]],
            lineStyle: {color: ink.rule, width: 1, type: 'solid'},
            endLabel: {show: true, formatter: axis('W')(w), color: ink.muted, fontSize: 11, offset: [-34, 10]}
          };
        })]
      })
    };
  }
  function decades(values) {
    const positive = values.filter(value => value > 0);
    let low = Infinity, high = -Infinity;
    positive.forEach(value => { low = Math.min(low, value); high = Math.max(high, value); });
    return {min: Math.pow(10, Math.floor(Math.log10(low) - .05)), max: Math.pow(10, Math.ceil(Math.log10(high) + .05))};
  }

  /** Results of one model on one machine that differ in the task and in how it was carried out, by a name for each. */
  function taskSettings(rows) {
    const model = REPORT.paramByName.get('model');
    const others = REPORT.what.filter(column => column.name !== 'task' && column !== model);
    const varying = others.filter(column => rows.some(row => column.c[row] !== column.c[rows[0]]));
    const settings = new Map();
    rows.forEach(row => {
      // What tells most of them apart comes first: long names are cut.
      const name = [model ? REPORT.text(model, row) : '',
        ...varying.filter(column => column.c[row] !== 0).map(column => column.name + ' ' + REPORT.text(column, row)),
        REPORT.is('hardware', row)].filter(Boolean).join(' · ');
      if (!settings.has(name)) settings.set(name, []);
      settings.get(name).push(row);
    });
    return new Map([...settings].sort((a, b) => b[1].length - a[1].length));
  }
  function tasks(available) {
    const task = REPORT.paramByName.get('task');
    const all = okRows().filter(row => task && task.c[row] !== 0);
    const metrics = ['task.energy', 'energy', 'task.eor', 'task.tweor', 'task.time', 'time', 'energy.per.token']
        .map(number).filter(column => column && having(all, column).length);
    if (!metrics.length) return {why: 'No task has been measured.', command: RUN + 'Task'};
    const y = metrics.find(column => column.key === state.choice.tasks) || metrics[0];
    const usable = having(all, y);
    const one = y.energy ? ofOneKind(usable) : {rows: usable, kinds: [], caveat: ''};
    if (!one.rows.length) return {controls: [metricControl('tasks', y, metrics)], why: 'No task has this figure with a known kind of energy.', command: RUN + 'Task'};
    const settings = taskSettings(one.rows);
    const setting = settings.has(state.choice.setting) ? state.choice.setting : settings.keys().next().value;
    const rows = settings.get(setting);
    const names = [...new Set(rows.map(row => REPORT.text(task, row)))];
    const least = name => Math.min(...rows.filter(row => REPORT.text(task, row) === name).map(row => y.v[row]));
    const floor = new Map(names.map(name => [name, least(name)]));
    names.sort((a, b) => floor.get(a) - floor.get(b));
    const used = ladderOf(rows.map(row => REPORT.is('strategy', row)));
    const cell = (name, strategy) => rows.filter(row => REPORT.text(task, row) === name && REPORT.is('strategy', row) === strategy);
    const points = used.map(strategy => names.map(name => {
      const found = cell(name, strategy);
      return found.length ? best(found, y) : -1;
    }));
    return {
      controls: [metricControl('tasks', y, metrics),
        settings.size > 1 ? select('Setting', setting, [...settings.keys()].map(s => ({value: s, label: s})),
            value => { state.choice.setting = value; }) : null, kindControl(one)],
      caveat: [one.caveat, scoresOf([y], rows), setting + '.', 'Tasks from the least to the most.'].filter(Boolean).join(' '),
      aria: y.title + ' of ' + plural(names.length, 'task') + ' under ' + plural(used.length, 'strategy').replace('strategys', 'strategies'),
      head: ['Task', 'Strategy', y.title, 'Kind', 'Score'],
      body: points.flatMap((list, s) => list.map((row, t) => row < 0 ? null : {
        row, cells: [names[t], used[s], figure(y, row), kindsOf(y, row), number('score') ? withKind(number('score'), row) : '']
      }).filter(Boolean)), line: line => line,
      option: base({
        legend: legend({}), ...namesBelow(names, available, GRID),
        yAxis: uprightOf(y, Object.assign({}, spanned(rows.map(row => y.v[row])))),
        tooltip: tooltipOf([y, number('energy'), number('score'), number('eor')].filter((c, k, list) => c && list.indexOf(c) === k)),
        series: used.map((strategy, s) => ({
          name: strategy, type: 'line', symbol: symbolOf(strategy, strategies), symbolSize: 10, connectNulls: true,
          itemStyle: {color: colourOf(strategy, strategies)}, lineStyle: {color: colourOf(strategy, strategies), width: 2},
          data: points[s].map((row, t) => row < 0 ? null : [t, y.v[row], row])
        }))
      })
    };
  }

  /** Precisions of one published rate; what needs no name of its own has none. */
  function namesOfPeak(names) {
    return [...new Set(names.map(name => name.replace(/^FP8_.*/, 'FP8').replace('INT8_OUT8', 'INT8')))].join(', ');
  }
  function roofline() {
    const x = number('intensity'), y = number('flop.rate'), bytes = number('byte.rate');
    const all = having(okRows(), x, y).filter(row => x.v[row] > 0 && y.v[row] > 0);
    if (!all.length) return {why: 'No result has both operations and bytes.', command: RUN + 'Gemm Layer'};
    const machines = hardware.filter(name => all.some(row => REPORT.is('hardware', row) === name));
    const counted = machines.map(name => [name, all.filter(row => REPORT.is('hardware', row) === name).length]);
    const first = counted.reduce((a, b) => b[1] > a[1] ? b : a)[0];
    const machine = machines.includes(state.choice.roof) ? state.choice.roof : first;
    const rows = all.filter(row => REPORT.is('hardware', row) === machine);
    const spec = specOf(machine);
    const ceiling = having(okRows(), bytes).filter(row => REPORT.is('hardware', row) === machine
        && REPORT.is('benchmark', row).startsWith('Bandwidth'));
    const measured = ceiling.length ? best(ceiling, bytes) : -1;
    const memory = spec.bytesPerSecond || (measured >= 0 ? bytes.v[measured] : NaN);
    const peaks = Object.entries(spec.opsPerSecond || {}).sort((a, b) => a[1] - b[1]);
    const xs = decades(rows.map(row => x.v[row]).concat(peaks.length ? [peaks[peaks.length - 1][1] / memory] : []));
    const ys = decades(rows.map(row => y.v[row]).concat(peaks.map(peak => peak[1])));
    const roofs = [];
    const narrow = innerWidth < 640;
    const levels = new Map();
    peaks.forEach(([name, peak]) => levels.set(peak, [...(levels.get(peak) || []), name]));
    const slope = (bandwidth, top) => [[Math.max(xs.min, ys.min / bandwidth), bandwidth * Math.max(xs.min, ys.min / bandwidth)], [top / bandwidth, top]];
    const line = (name, data, type, label, position) => ({
      name, type: 'line', silent: true, symbol: 'none', z: 1, data, lineStyle: {color: ink.muted, width: 1.3, type},
      endLabel: {show: Boolean(label), formatter: label, color: ink.muted, fontSize: 11, distance: 6}
    });
    const top = peaks.length ? peaks[peaks.length - 1][1] : ys.max;
    if (Number.isFinite(memory) && spec.bytesPerSecond) roofs.push(line('published', slope(memory, top), 'dashed', ''));
    levels.forEach((names, peak) => roofs.push(line('published', [[Math.max(xs.min, peak / memory), peak], [xs.max, peak]], 'dashed',
        namesOfPeak(names) + (narrow ? '' : '  ' + short(peak, 'FLOP/s')))));
    if (measured >= 0) {
      const own = line('measured', slope(bytes.v[measured], Math.min(ys.max, top)), 'solid', '');
      Object.assign(own.lineStyle, {color: ink.accent, width: 1.8});
      roofs.push(own);
    }
    const points = scatter(rows, x, y);
    const source = [
      spec.opsPerSecond ? 'Dashed: published for ' + spec.gpu + ' (' + spec.source + '), dense, memory ' + short(spec.bytesPerSecond, 'B/s') + '.'
        : 'No published peaks are known for ' + machine + '.',
      measured >= 0 ? 'Solid: memory rate measured here, ' + short(bytes.v[measured], 'B/s') + ' (row ' + (measured + 1) + ').'
        : 'No measured memory rate: ' + RUN + 'Bandwidth makes one.'].join(' ');
    return {
      controls: [machines.length > 1 ? select('Hardware', machine, machines.map(name => ({value: name, label: name})),
          value => { state.choice.roof = value; }) : null],
      caveat: source + ' Bytes are the compulsory ones, so a point that reuses a cache may lie above the slope.' + thinCaveat(rows),
      aria: 'Roofline of ' + machine + ' with ' + plural(rows.length, 'result'),
      head: ['Work', 'Strategy', x.title, y.title, 'Share of the published peak'],
      body: rows, line: row => ({row, cells: [workLabel(REPORT.work[row]), REPORT.is('strategy', row), figure(x, row), figure(y, row),
        number('peak.datasheet') ? figure(number('peak.datasheet'), row) : '']}),
      option: base({
        legend: legend({data: points.map(s => s.name)}),
        grid: {left: 58, right: narrow ? 74 : 170, top: 62, bottom: 44},
        xAxis: axisOf(x, Object.assign({type: 'log'}, xs)), yAxis: uprightOf(y, Object.assign({type: 'log'}, ys)),
        tooltip: tooltipOf([x, y, number('peak.datasheet'), number('flop.per.joule')].filter(Boolean)),
        series: [...roofs, ...points]
      })
    };
  }

  function ladder(available) {
    const precision = REPORT.paramByName.get('precision');
    const candidates = ['flop.rate', 'flop.per.joule', 'eor', 'energy', 'time', 'score'].map(number).filter(Boolean);
    const all = okRows().filter(row => precision && precision.c[row] !== 0);
    const metrics = candidates.filter(column => having(all, column).length);
    if (!metrics.length) return {why: 'No GEMM has been measured.', command: RUN + 'Gemm -p precision=FP32,TF32,BF16,FP16,FP8_E4M3,INT8'};
    const y = metrics.find(column => column.key === state.choice.ladder) || metrics[0];
    const usable = having(all, y);
    const one = y.energy ? ofOneKind(usable) : {rows: usable, kinds: [], caveat: ''};
    const works = worksIn(one.rows);
    const rows = one.rows.filter(row => REPORT.work[row] === works.work);
    const steps = ladderOf(rows.map(row => REPORT.is('strategy', row)));
    const generation = name => specOf(name).generation || 0;
    const named = name => name + (generation(name) ? ' · ' + (ROMAN[generation(name)] || generation(name) + 'th') + ' generation' : '');
    const machines = hardware.filter(name => rows.some(row => REPORT.is('hardware', row) === name))
        .sort((a, b) => generation(a) - generation(b));
    const pick = (name, step) => {
      const found = rows.filter(row => REPORT.is('hardware', row) === name && REPORT.is('strategy', row) === step);
      return found.length ? best(found, y) : -1;
    };
    const lines = machines.map(name => ({name, points: steps.map(step => pick(name, step))}));
    return {
      controls: [metricControl('ladder', y, metrics), workControl(works), kindControl(one)],
      caveat: [one.caveat, scoresOf([y], rows), 'Work: ' + workLabel(works.work) + '.'].filter(Boolean).join(' '),
      aria: y.title + ' by precision of ' + machines.map(named).join(', '),
      head: ['Hardware', 'Tensor cores', 'Precision', y.title, 'Kind'],
      body: lines.flatMap(line => line.points.map((row, s) => row < 0 ? null : {
        row, cells: [line.name, generation(line.name) ? String(generation(line.name)) : 'none known', steps[s], figure(y, row), kindsOf(y, row)]
      }).filter(Boolean)), line: line => line,
      option: base({
        legend: legend({}), ...namesBelow(steps, available, GRID),
        yAxis: uprightOf(y, Object.assign({scale: false}, spanned(rows.map(row => y.v[row])))),
        tooltip: tooltipOf([y, number('peak.datasheet'), number('energy')].filter((c, k, list) => c && list.indexOf(c) === k)),
        series: lines.map(line => ({
          name: named(line.name), type: 'line', symbol: symbolOf(line.name, hardware), symbolSize: 10, connectNulls: true,
          itemStyle: {color: colourOf(line.name, hardware)}, lineStyle: {color: colourOf(line.name, hardware), width: 2},
          label: {show: machines.length === 1 && innerWidth >= 640, position: 'top', color: ink.ink, fontSize: 11, formatter: p => short(p.data[1], y.unit)},
          data: line.points.map((row, s) => row < 0 ? null : [s, y.v[row], row])
        }))
      })
    };
  }

  function trace() {
    const traces = REPORT.traces.filter(one => one.points.length);
    if (!traces.length) {
      return {why: 'No telemetry was kept.',
        command: RUN + '-prof org.joulemark.harness.jmh.EnergyProfiler:trace=trace.csv'};
    }
    const chosen = Math.min(Number(state.choice.trace || 0), traces.length - 1);
    const one = traces[chosen];
    const rows = one.points;
    const every = Math.max(1, Math.ceil(rows.length / 4000));
    const drawn = rows.filter((_, k) => k % every === 0);
    const value = k => point => point[k] === null ? null : point[k];
    const panels = [['Power', 'W', 1, 0], ['SM clock', 'MHz', 2, 1]];
    const inside = drawn.filter(point => point[4] === 1).map(point => point[0]);
    return {
      controls: [traces.length < 2 ? null : select('Window', chosen,
          traces.map((t, k) => ({value: k, label: t.name, group: t.device})), v => { state.choice.trace = v; })],
      caveat: one.device + ', ' + one.name + ', from ' + one.file + (every > 1 ? '; one reading in ' + every + ' is drawn' : '')
          + '. Shaded: inside the energy window. Power is integrated: the sensor\'s instant readings.',
      aria: 'Power and clock over ' + plural(rows.length, 'reading') + ' of ' + one.device,
      head: ['Seconds', 'Power (W)', 'SM clock (MHz)', 'Temperature (°C)', 'In the window'],
      body: drawn, line: point => ({cells: [point[0].toFixed(3), ...[1, 2, 3].map(k => point[k] === null ? '–' : String(point[k])), point[4] ? 'yes' : '']}),
      option: base({
        tooltip: {trigger: 'axis', confine: true, backgroundColor: ink.panel, borderColor: ink.rule, textStyle: {color: ink.ink},
          formatter: list => tip(list[0].data[0].toFixed(2) + ' s', list.map(p => p.seriesName + ': ' + (p.data[1] === null ? '–' : p.data[1] + (p.seriesIndex ? ' MHz' : ' W'))))},
        axisPointer: {link: [{xAxisIndex: 'all'}]},
        grid: [{left: 58, right: 30, top: 30, height: '33%'}, {left: 58, right: 30, bottom: 44, height: '33%'}],
        xAxis: panels.map(([, , , k]) => axisOf({title: 'Time from the window\'s beginning', unit: 's'},
            {gridIndex: k, name: k ? 'Time from the window\'s beginning (s)' : '', axisLabel: {show: k === 1, color: ink.muted}, scale: true})),
        yAxis: panels.map(([name, unit, , k]) => uprightOf({title: name + ' (' + unit + ')', unit: ''}, {gridIndex: k, axisLabel: {color: ink.muted}})),
        series: panels.map(([name, , column, k]) => ({
          name, type: 'line', xAxisIndex: k, yAxisIndex: k, symbol: 'none', sampling: 'lttb',
          lineStyle: {width: 1.6, color: ink.series[k]}, itemStyle: {color: ink.series[k]},
          data: drawn.map(point => [point[0], value(column)(point)]),
          markArea: inside.length ? {silent: true, itemStyle: {color: ink.faint}, data: [[{xAxis: inside[0]}, {xAxis: inside[inside.length - 1]}]]} : undefined
        }))
      })
    };
  }

  const all = [
    {id: 'heat', wide: true, title: 'Hardware and strategy', purpose: 'Any metric of the same work, by what it ran on and how. A cell is the best result of its kind.', draw: heat},
    {id: 'pareto', title: 'Energy against time', purpose: 'Less of both is better; nothing beats the points on the front in both.', draw: clouds('pareto', 'time', 'energy', 'time and energy', pareto(false))},
    {id: 'accuracy', title: 'Accuracy against energy', purpose: 'What a strategy gives up of the score for the energy that it saves.', draw: clouds('accuracy', 'energy', 'score', 'energy and a score', pareto(true))},
    {id: 'roofline', wide: true, title: 'Roofline', purpose: 'Every result with operations and bytes, under what the hardware allows.', draw: roofline},
    {id: 'ladder', title: 'Precision ladder', purpose: 'What each step to a narrower precision brings, by tensor-core generation.', draw: ladder},
    {id: 'solution', title: 'Time to solution against energy', purpose: 'All work; along a line the power is the same.', draw: solution},
    {id: 'tasks', title: 'Task complexity against energy', purpose: 'What each task takes, by strategy.', draw: tasks},
    {id: 'trace', title: 'Power and clock over time', purpose: 'What the GPU did during one iteration.', draw: trace}
  ];

  // --- drawing ---------------------------------------------------------------------------------
  const frames = new Map();
  function build(container) {
    all.forEach(picture => {
      const controls = element('div', {class: 'controls'});
      const caveat = element('p', {class: 'caveat'});
      const chart = element('div', {class: 'chart', id: 'chart-' + picture.id, role: 'img'});
      const names = element('div', {class: 'names', 'aria-hidden': 'true'});
      const pan = element('div', {class: 'pan', role: 'group', 'aria-label': picture.title}, names, chart);
      const holder = element('div', {});
      const numbers = element('details', {ontoggle: () => fill(picture)}, element('summary', {}, 'The numbers behind this picture'), holder);
      const node = element('figure', {id: 'picture-' + picture.id, class: picture.wide ? 'wide' : ''},
          element('figcaption', {}, element('h3', {}, picture.title), element('p', {}, picture.purpose)),
          controls, pan, caveat, numbers);
      container.append(node);
      frames.set(picture, {node, controls, pan, names, chart, caveat, numbers, holder, seen: false, empty: null, drawing: null});
    });
    const watcher = new IntersectionObserver(entries => entries.forEach(entry => {
      const picture = all.find(one => frames.get(one).node === entry.target);
      const frame = frames.get(picture);
      frame.visible = entry.isIntersecting;
      if (entry.isIntersecting && frame.stale) show(picture);
    }), {rootMargin: '300px'});
    frames.forEach(frame => { frame.stale = true; watcher.observe(frame.node); });
    let width = innerWidth;
    addEventListener('resize', () => {
      if (width !== innerWidth) { width = innerWidth; redraw(); }
    });
  }
  function show(picture) {
    const frame = frames.get(picture);
    frame.stale = false;
    const drawing = picture.draw(frame.node.querySelector('figcaption').clientWidth);
    frame.drawing = drawing;
    // The controls are made anew; the one in use keeps the focus.
    const focused = [...frame.controls.querySelectorAll('select')].indexOf(document.activeElement);
    frame.controls.replaceChildren(...(drawing.controls || []).filter(Boolean));
    if (focused >= 0) (frame.controls.querySelectorAll('select')[focused] || frame.controls).focus();
    frame.caveat.textContent = drawing.caveat || '';
    const old = echarts.getInstanceByDom(frame.chart);
    if (old) old.dispose();
    if (frame.empty) frame.empty.remove();
    frame.empty = null;
    frame.numbers.hidden = frame.pan.hidden = frame.chart.hidden = !drawing.option;
    if (!drawing.option) {
      frame.empty = element('div', {class: 'empty'}, element('span', {}, drawing.why + ' This makes it:'), element('code', {}, drawing.command));
      frame.pan.after(frame.empty);
      return;
    }
    frame.chart.style.height = drawing.height ? drawing.height + 'px' : '';
    slide(frame, drawing);
    const more = fitLegend(drawing.option, frame.chart);
    if (more) frame.chart.style.height = frame.chart.clientHeight + more + 'px';
    frame.chart.setAttribute('aria-label', drawing.aria);
    const many = drawing.body.length > MANY;
    const chart = echarts.init(frame.chart, null, {renderer: many ? 'canvas' : 'svg'});
    chart.setOption(drawing.option);
    chart.on('click', event => {
      const row = event.data && (event.data.row ?? (Array.isArray(event.data) ? event.data[2] : undefined));
      if (row !== undefined) location.hash = 'row-' + (row + 1);
    });
    fill(picture);
  }
  /** Gives a picture the width that it needs, and its rows their names, which stay while it slides. */
  function slide({pan, names}, {width, names: rows}) {
    pan.style.gridTemplateColumns = width ? width + 'px' : '';
    // What slides is reached with the keyboard, too.
    if (width) pan.setAttribute('tabindex', '0'); else pan.removeAttribute('tabindex');
    names.hidden = !rows;
    names.replaceChildren(...(rows ? [element('small', {}, rows.corner),
      ...rows.words.map(word => element('div', {}, element('span', {}, word)))] : []));
    names.classList.toggle('wrap', Boolean(rows && rows.wrap));
    names.classList.toggle('over', Boolean(width));
    if (rows) Object.assign(names.style, {width: rows.width + 'px', paddingTop: rows.top + 'px', paddingBottom: rows.bottom + 'px'});
  }
  function fill(picture) {
    const {numbers, holder, drawing} = frames.get(picture);
    if (!numbers.open || !drawing || !drawing.option) return;
    const LIMIT = 500;
    const link = row => row === undefined ? '' : element('a', {href: '#row-' + (row + 1)}, String(row + 1));
    const table = element('table', {},
        element('thead', {}, element('tr', {}, ...drawing.head.map(head => element('th', {scope: 'col'}, head)), element('th', {scope: 'col'}, 'Row'))),
        element('tbody', {}, ...drawing.body.slice(0, LIMIT).map(drawing.line).map(line => element('tr', {},
            ...line.cells.map(cell => element('td', {class: 't', title: cell.length > 40 ? cell : undefined}, cell)), element('td', {}, link(line.row))))));
    holder.replaceChildren(element('div', {class: 'numbers scroll', tabindex: '0', role: 'region', 'aria-label': 'Numbers of ' + picture.title}, table),
        drawing.body.length > LIMIT ? element('p', {class: 'caveat'}, 'The first ' + LIMIT + ' of ' + plural(drawing.body.length, 'row') + '; the rest is in the table below.') : '');
  }
  /** Draws what is in sight anew, and the rest when it comes in sight. */
  function redraw(everything) {
    frames.forEach((frame, picture) => {
      frame.stale = true;
      if (frame.visible || everything) show(picture);
    });
  }
  return {
    build, errorOf, scoreWords, kindOf, redraw, KIND_WORDS, strategies,
    update(rows) { state.rows = rows; redraw(); },
    colours() { readColours(); },
    readColours
  };
})();
