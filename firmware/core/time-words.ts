const DAY_MS = 86_400_000;
const two = (value: number): string => String(value).padStart(2, '0');

/** A wall time (ms since 1970) as hours and minutes of the box's time zone, with the date where it is a day off `now`. */
export const timeWords = (wall: number, now: number): string => {
  const time = new Date(wall);
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}`;
  if (Math.abs(now - wall) < DAY_MS) return clock;
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${clock}`;
};

/** A span in ms as a person says it: `0.3 s`, `12 s`, `2 min 5 s`, `3 h 20 min`. */
export const spanWords = (ms: number): string => {
  if (ms < 10_000) return `${(Math.round(ms / 100) / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
};
