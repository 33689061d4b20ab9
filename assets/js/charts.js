// Draws what web/parts/components/charts.py describes: ECharts as SVG, colours from the tokens, exact numbers by pointer and by keys.
import { BarChart, LineChart } from "echarts/charts";
import { AxisPointerComponent, GridComponent, TooltipComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([LineChart, BarChart, GridComponent, TooltipComponent, AxisPointerComponent, SVGRenderer]);

const drawn = new WeakMap();
const resized = new ResizeObserver((entries) => {
  for (const { target } of entries) drawn.get(target)?.chart.resize();
});

/** The tokens as colours that SVG understands: a probe resolves light-dark() for the theme that is seen now. */
function readColours(host) {
  const probe = host.ownerDocument.createElement("span");
  probe.hidden = true;
  host.append(probe);
  const colours = {};
  for (const name of [
    "data-1",
    "data-2",
    "data-3",
    "data-4",
    "data-5",
    "data-6",
    "ink",
    "soft",
    "line",
    "hair",
    "panel",
  ]) {
    probe.style.color = `var(--${name})`;
    colours[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return colours;
}

function numberFormat(facts) {
  const format = new Intl.NumberFormat(document.documentElement.lang || undefined, {
    minimumFractionDigits: facts.decimals,
    maximumFractionDigits: facts.decimals,
    useGrouping: "always",
  });
  const join = (part) => (part.type === "group" ? facts.group : part.value); // as the tables say them
  const say = (value) => format.formatToParts(value).map(join).join("");
  return (value) => (facts.unit ? `${say(value)} ${facts.unit}` : say(value));
}

function shape(facts, one, place, colours) {
  const colour = colours[`data-${one.fill}`];
  const common = { name: one.name, data: one.values, animation: false, silent: true };
  if (facts.kind === "line") {
    return {
      ...common,
      type: "line",
      symbol: ["circle", "rect", "triangle", "diamond"][place % 4],
      symbolSize: 6,
      showSymbol: facts.categories.length <= 31 && !one.machines,
      connectNulls: false,
      lineStyle: { color: colour, width: 2, type: one.machines ? "dashed" : "solid" },
      itemStyle: { color: colour },
      z: one.machines ? 2 : 3,
    };
  }
  const hatch = {
    symbol: "rect",
    color: colours.panel,
    dashArrayX: [1, 0],
    dashArrayY: [3, 3],
    rotation: -Math.PI / 4,
  };
  return {
    ...common,
    type: "bar",
    data: one.values.map((value) => value || null),
    stack: facts.kind === "stack" ? "all" : undefined,
    barMaxWidth: 36,
    itemStyle: {
      color: colour,
      borderColor: colours.panel,
      borderWidth: facts.kind === "stack" ? 1 : 0,
      borderRadius: facts.kind === "stack" ? 0 : [3, 3, 0, 0],
      decal: one.machines ? hatch : undefined,
    },
  };
}

/** The interval of a rate: an unseen line to its lower bound, and the distance to the upper one as a band upon it. */
function band(one, place, colours) {
  const common = {
    type: "line",
    stack: `band${place}`,
    symbol: "none",
    silent: true,
    animation: false,
    lineStyle: { opacity: 0 },
    z: 1,
  };
  const width = one.high.map((high, at) => (high === null ? null : high - one.low[at]));
  return [
    { ...common, data: one.low },
    { ...common, data: width, areaStyle: { color: colours[`data-${one.fill}`], opacity: 0.14 } },
  ];
}

function describe(facts, colours, say) {
  const font = { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12, color: colours.soft };
  const bands = facts.series.flatMap((one, place) => (one.low ? band(one, place, colours) : []));
  return {
    animation: false,
    grid: { left: 4, right: 12, top: 12, bottom: 4, containLabel: true },
    xAxis: {
      type: "category",
      data: facts.categories,
      boundaryGap: facts.kind !== "line",
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
      axisLabel: { ...font, hideOverlap: true },
    },
    yAxis: {
      type: "value",
      scale: facts.kind === "line" && facts.unit === "%",
      minInterval: facts.decimals && facts.unit !== "%" ? undefined : 1, // no two marks that say the same
      max: facts.unit === "%" ? (found) => Math.min(100, Math.ceil(found.max + 1)) : undefined,
      splitNumber: 4,
      splitLine: { lineStyle: { color: colours.hair } },
      axisLabel: { ...font, formatter: (value) => say(value) },
    },
    tooltip: {
      trigger: "axis",
      showContent: false,
      axisPointer: {
        type: facts.kind === "line" ? "line" : "shadow",
        lineStyle: { color: colours.soft, type: "solid" },
        shadowStyle: { color: colours.soft, opacity: 0.12 },
        label: { show: false },
        animation: false,
      },
    },
    series: [...facts.series.map((one, place) => shape(facts, one, place, colours)), ...bands],
  };
}

class Drawing {
  constructor(figure) {
    this.figure = figure;
    this.plot = figure.querySelector("[data-plot]");
    this.line = figure.querySelector("[data-say]");
    this.text = figure.dataset.chart;
    this.facts = JSON.parse(this.text);
    this.say = numberFormat(this.facts);
    this.place = -1;
    this.chart = echarts.init(this.plot, null, { renderer: "svg" });
    this.paint();
    this.listen();
    drawn.set(this.plot, this);
    resized.observe(this.plot);
  }

  paint() {
    this.chart.setOption(describe(this.facts, readColours(this.figure), this.say), true);
  }

  listen() {
    const last = this.facts.categories.length - 1;
    Object.assign(this.plot, {
      tabIndex: 0,
      role: "slider",
      ariaLabel: this.facts.title,
      ariaValueMin: 0,
      ariaValueMax: last,
    });
    this.plot.setAttribute("aria-valuenow", "0");
    this.plot.setAttribute("aria-valuetext", this.words(0));
    this.chart.getZr().on("mousemove", (event) => {
      const place = this.chart.convertFromPixel({ xAxisIndex: 0 }, event.offsetX);
      if (Number.isFinite(place)) this.tell(Math.min(Math.max(Math.round(place), 0), last));
    });
    this.chart.getZr().on("globalout", () => this.forget());
    this.plot.addEventListener("focus", () => this.show(this.place < 0 ? last : this.place));
    this.plot.addEventListener("blur", () => this.forget());
    this.plot.addEventListener("keydown", (event) => {
      const from = this.place < 0 ? last : this.place;
      const to = {
        ArrowLeft: from - 1,
        ArrowDown: from - 1,
        ArrowRight: from + 1,
        ArrowUp: from + 1,
        Home: 0,
        End: last,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      this.show(Math.min(Math.max(to, 0), last));
    });
  }

  show(place) {
    this.chart.dispatchAction({ type: "showTip", seriesIndex: 0, dataIndex: place });
    this.tell(place);
  }

  forget() {
    if (document.activeElement === this.plot) return;
    this.place = -1;
    this.chart.dispatchAction({ type: "hideTip" });
    this.line.textContent = this.line.dataset.hint;
  }

  tell(place) {
    this.place = place;
    const head = document.createElement("strong");
    head.textContent = this.facts.heads[place];
    this.line.replaceChildren(head, ` ${this.numbers(place)}`);
    this.plot.setAttribute("aria-valuenow", String(place));
    this.plot.setAttribute("aria-valuetext", this.words(place));
  }

  words(place) {
    return `${this.facts.heads[place]}: ${this.numbers(place)}`;
  }

  numbers(place) {
    return this.facts.series
      .map((one) => {
        const value = one.values[place];
        if (value === null) return `${one.name} –`;
        const bounds = one.low ? ` (${this.say(one.low[place])}–${this.say(one.high[place])})` : "";
        return `${one.name} ${this.say(value)}${bounds}`;
      })
      .join(" · ");
  }

  end() {
    resized.unobserve(this.plot);
    this.chart.dispose();
    drawn.delete(this.plot);
  }
}

function drawAll() {
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    const plot = figure.querySelector("[data-plot]");
    if (!plot) continue;
    const known = drawn.get(plot);
    if (known && known.text === figure.dataset.chart && plot.firstChild) continue;
    known?.end();
    new Drawing(figure);
  }
}

function repaint() {
  for (const plot of document.querySelectorAll("figure[data-chart] [data-plot]")) drawn.get(plot)?.paint();
}

drawAll();
document.addEventListener("htmx:after:swap", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
new MutationObserver(repaint).observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
window.addEventListener("beforeprint", repaint);
