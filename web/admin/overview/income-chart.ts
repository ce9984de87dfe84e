/** The one chart of the console; its library is fetched only when the overview shows it. */
import { BarController, BarElement, CategoryScale, Chart, LinearScale, Tooltip } from 'chart.js'

Chart.register(BarController, BarElement, CategoryScale, LinearScale, Tooltip)

export interface Bar {
  readonly label: string
  readonly yuan: number
  /** A line of the tooltip. */
  readonly note: string
}

/** Draws, and returns what removes the drawing. */
export function drawBars(canvas: HTMLCanvasElement, title: string, bars: readonly Bar[]): () => void {
  const style = getComputedStyle(canvas)
  const colour = (name: string) => style.getPropertyValue(name).trim()
  const ticks = { color: colour('--el-text-color-secondary'), font: { family: style.fontFamily, size: 12 } }
  const chart = new Chart(canvas, {
    type: 'bar',
    data: {
      labels: bars.map((bar) => bar.label),
      datasets: [
        {
          label: title,
          data: bars.map((bar) => bar.yuan),
          backgroundColor: colour('--el-color-primary'),
          borderRadius: 2,
          maxBarThickness: 24,
        },
      ],
    },
    options: {
      maintainAspectRatio: false,
      animation: false,
      interaction: { mode: 'index', intersect: false },
      scales: {
        x: { grid: { display: false }, ticks: { ...ticks, maxRotation: 0, autoSkipPadding: 16 } },
        y: {
          beginAtZero: true,
          border: { display: false },
          grid: { color: colour('--el-border-color-lighter') },
          ticks: { ...ticks, maxTicksLimit: 5 },
        },
      },
      plugins: {
        tooltip: { callbacks: { afterLabel: ({ dataIndex }) => bars[dataIndex]?.note ?? '' } },
      },
    },
  })
  return () => chart.destroy()
}
