/**
 * Dates of the Gregorian calendar as days since 1970-01-01, by arithmetic alone. Years are counted from March on, so
 * that the day of a leap year is the last one; 400 years are an era of 146,097 days.
 */
const ERA_DAYS = 146_097;
const DAYS_BEFORE_1970 = 719_468;

/** Days from 1970-01-01 to this date; `month` from 1. */
export const daysTo = (year: number, month: number, day: number): number => {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * ERA_DAYS + dayOfEra - DAYS_BEFORE_1970;
};

/** The date so many days after 1970-01-01, such as 2027-12-24. */
export const dateOfDay = (days: number): string => {
  const sinceEras = days + DAYS_BEFORE_1970;
  const era = Math.floor(sinceEras / ERA_DAYS);
  const dayOfEra = sinceEras - era * ERA_DAYS;
  const leaps = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const before = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  const dayOfYear = dayOfEra - before;
  const month = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * month + 2) / 5) + 1;
  const year = yearOfEra + era * 400 + (month >= 10 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${two(((month + 2) % 12) + 1)}-${two(day)}`;
};

const two = (number: number): string => String(number).padStart(2, '0');
