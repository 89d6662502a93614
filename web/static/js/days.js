// Days as clerks type them: `t` today, `2211` 22/11 of this year, `221126`, `22.11.2026`. The
// server reads the same (and `+3`, working days, which need its calendar).

const two = (number) => String(number).padStart(2, "0");

export function written(text, now = new Date()) {
  const said = text.trim().toLowerCase();
  const vietnam = new Date(now.getTime() + (now.getTimezoneOffset() + 420) * 60000);
  if (said === "t") return `${two(vietnam.getDate())}/${two(vietnam.getMonth() + 1)}/${vietnam.getFullYear()}`;
  const digits = /^(\d{2})(\d{2})(\d{2}|\d{4})?$/.exec(said);
  const parts = digits ?? /^(\d{1,2})[./-](\d{1,2})(?:[./-](\d{2}|\d{4}))?$/.exec(said);
  if (!parts) return text;
  const [, day, month, year] = parts;
  if (Number(day) < 1 || Number(day) > 31 || Number(month) < 1 || Number(month) > 12) return text;
  const full = !year ? vietnam.getFullYear() : year.length === 2 ? `20${year}` : year;
  return `${two(day)}/${two(month)}/${full}`;
}

export function installDays() {
  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-day]")) event.target.value = written(event.target.value);
  });
}
