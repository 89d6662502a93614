// The charts of the board. Texts are drawn, never put in as markup; colours are told by words too.

const dark = document.body.classList.contains("wall");
const ink = dark ? "#c6cfdd" : "#4a5565";
const line = dark ? "#2b394c" : "#d9dde4";
const COLOURS = dark
  ? ["#6fb1ff", "#ffd54a", "#8fe0b2", "#ff8f8a", "#c9a6ff"]
  : ["#0b57a4", "#b35900", "#14633a", "#a3161b", "#6a3fa0"];
const text = { color: ink, fontFamily: "Noto Sans, sans-serif", fontSize: dark ? 15 : 12 };
const base = {
  animation: false, textStyle: text, color: COLOURS, legend: { textStyle: text, top: 0 },
  tooltip: { trigger: "axis", renderMode: "richText" }, grid: { left: 8, right: 16, top: 36, bottom: 4, containLabel: true },
};
const axis = { axisLabel: text, axisLine: { lineStyle: { color: line } }, splitLine: { lineStyle: { color: line } } };

const OPTIONS = {
  flow: (told) => ({
    ...base, xAxis: { type: "category", data: told.days, ...axis }, yAxis: { type: "value", minInterval: 1, ...axis },
    series: [
      { name: "Đến", type: "line", data: told.arrived, symbol: "circle", areaStyle: { opacity: 0.12 } },
      { name: "Đi", type: "line", data: told.issued, symbol: "rect", lineStyle: { type: "dashed" } },
    ],
  }),
  units: (told) => ({
    ...base, xAxis: { type: "value", minInterval: 1, ...axis },
    yAxis: { type: "category", data: told.names, inverse: true, ...axis, axisLabel: { ...text, width: dark ? 220 : 130, overflow: "truncate" } },
    series: [["Đúng hạn", "on_time", 2], ["Trễ hạn", "late", 1], ["Trong hạn", "running", 0], ["Quá hạn", "overdue", 3]].map(
      ([name, key, colour]) => ({ name, type: "bar", stack: "all", data: told[key], itemStyle: { color: COLOURS[colour] } }),
    ),
  }),
  urgency: (told) => ({
    ...base, legend: { ...base.legend, top: "bottom" }, tooltip: { renderMode: "richText" },
    series: [{ type: "pie", radius: ["45%", "70%"], center: ["50%", "44%"], data: told, label: { ...text, formatter: "{b}: {c}" }, emptyCircleStyle: { color: line } }],
  }),
};

for (const place of document.querySelectorAll("[data-chart]")) {
  const chart = window.echarts.init(place, null, { renderer: "canvas" });
  chart.setOption(OPTIONS[place.dataset.chart](JSON.parse(place.dataset.figures)));
  new ResizeObserver(() => chart.resize()).observe(place);
}
// a wall display shows the figures of now; nobody is there to ask for them
if (document.body.matches(".wall")) setTimeout(() => location.reload(), 60_000);
