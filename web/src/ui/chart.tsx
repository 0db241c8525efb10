// Charts. Drawn by ECharts in the page's own colours; whoever cannot see them gets the same numbers as a table.
import { Box, Table, useComputedColorScheme, useMantineTheme, VisuallyHidden } from "@mantine/core";
import { BarChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from "echarts/components";
import { init, use as register, type ComposeOption, type EChartsType } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { BarSeriesOption, LineSeriesOption } from "echarts/charts";
import type { GridComponentOption, LegendComponentOption, TooltipComponentOption } from "echarts/components";
import { useEffect, useRef } from "react";

register([BarChart, LineChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, SVGRenderer]);

type Option = ComposeOption<BarSeriesOption | LineSeriesOption | GridComponentOption | LegendComponentOption | TooltipComponentOption>;

/** A row of numbers, one for each category. */
export interface Series {
  name: string;
  values: readonly (number | null)[];
  kind?: "bar" | "line";
  /** Bars of the same stack stand on each other. */
  stack?: string;
  color?: string;
}

/** A chart of one or more series over the same categories. */
export function Chart({
  title,
  categories,
  series,
  height = 220,
  horizontal = false,
  format = (value) => value.toLocaleString(),
  onClick,
}: {
  /** What it shows, for those who cannot see it. */
  title: string;
  categories: readonly string[];
  series: readonly Series[];
  height?: number;
  horizontal?: boolean;
  format?: (value: number) => string;
  /** Called with the number of the category and the name of the series. */
  onClick?: (category: number, series: string) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType>(null);
  const dark = useComputedColorScheme("light") === "dark";
  const theme = useMantineTheme();

  useEffect(() => {
    if (!place.current) return;
    const made = init(place.current, null, { renderer: "svg" });
    chart.current = made;
    const watch = new ResizeObserver(() => made.resize());
    watch.observe(place.current);
    return () => {
      watch.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    const made = chart.current;
    if (!made) return;
    const text = dark ? "#c9ced6" : "#495057";
    const line = dark ? "#2e333a" : "#e3e6ea";
    const colors = theme.colors;
    const names = { type: "category" as const, data: [...categories], axisLabel: { color: text, hideOverlap: true }, axisLine: { lineStyle: { color: line } }, axisTick: { show: false }, ...(horizontal ? { inverse: true } : {}) };
    const values = { type: "value" as const, minInterval: 1, axisLabel: { color: text, formatter: format }, splitLine: { lineStyle: { color: line } } };
    const option: Option = {
      aria: { enabled: true, label: { enabled: false } },
      animationDuration: 200,
      color: [colors.heddle?.[6] ?? "#3f83c5", colors.teal[6], colors.orange[6], colors.red[6], colors.gray[6], colors.grape[6]],
      grid: { left: 4, right: 12, top: series.length > 1 ? 34 : 12, bottom: 4, outerBoundsMode: "same" },
      tooltip: {
        trigger: "axis",
        confine: true,
        backgroundColor: dark ? "#25292f" : "#fff",
        borderColor: line,
        textStyle: { color: dark ? "#e6e8eb" : "#212529" },
        axisPointer: { type: "shadow" },
        valueFormatter: (value) => (typeof value === "number" ? format(value) : "–"),
      },
      ...(series.length > 1 ? { legend: { top: 0, left: 0, textStyle: { color: text }, itemWidth: 14, itemHeight: 10 } } : {}),
      xAxis: horizontal ? values : names,
      yAxis: horizontal ? names : values,
      series: series.map(({ name, values: data, kind = "bar", stack, color }) => ({
        name,
        type: kind,
        data: [...data],
        ...(stack ? { stack } : {}),
        ...(color ? { itemStyle: { color } } : {}),
        ...(kind === "bar" ? { barMaxWidth: 28, cursor: onClick ? "pointer" : "default" } : { showSymbol: false }),
      })),
    };
    made.setOption(option, true);
    made.off("click");
    if (onClick) made.on("click", ({ dataIndex, seriesName }) => onClick(dataIndex, seriesName ?? ""));
  }, [categories, series, horizontal, format, onClick, dark, theme]);

  return (
    <Box role="figure" aria-label={title}>
      <div ref={place} style={{ height, width: "100%" }} aria-hidden />
      <VisuallyHidden>
        <Table>
          <caption>{title}</caption>
          <thead>
            <tr>
              <th scope="col">{title}</th>
              {series.map(({ name }) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {categories.map((category, n) => (
              <tr key={n}>
                <th scope="row">{category}</th>
                {series.map(({ name, values }) => {
                  const value = values[n];
                  return <td key={name}>{value === null || value === undefined ? "–" : format(value)}</td>;
                })}
              </tr>
            ))}
          </tbody>
        </Table>
      </VisuallyHidden>
    </Box>
  );
}
