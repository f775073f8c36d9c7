import * as v from 'valibot';
import { optionalText, shortName } from '../setting.ts';

const part = (title: string, help: string, max = 64) => optionalText({ title, help, max, default: '' });

/** Where phones stand, told with emergency calls (S4): the elements of a civic address of RFC 5139 §3. */
export const location = v.strictObject({
  id: shortName('Named by phone lines.'),
  country: optionalText({
    title: 'Country',
    help: 'Two letters such as DE; without one no address is told.',
    max: 2,
    default: '',
    form: { is: /^([A-Z]{2})?$/, words: 'must be two capital letters such as DE, or empty' },
  }),
  state: part('State', 'State or province (A1).'),
  city: part('City', 'Town or city (A3).'),
  postcode: part('Postal code', 'Or ZIP code (PC).', 16),
  street: part('Street', 'Its name without the house number (RD).'),
  houseNumber: part('House number', 'With its letter, such as 12a (HNO).', 16),
  name: part('Name', 'Of the office or shop (NAM).'),
  building: part('Building', 'Where there are several (BLD).'),
  floor: part('Floor', 'Such as 2 (FLR).', 16),
  room: part('Room', 'Number or name of the room (ROOM).'),
  more: part('More', 'What helps to find it, such as: behind the reception (LOC).', 128),
  uri: optionalText({
    title: 'Address of the location',
    help: 'Where it can be fetched, for trunks that take the location by reference.',
    max: 255,
    default: '',
    form: { is: /^((https?|sips?|pres):[^\s<>"]+)?$/, words: 'must begin with https:, sip: or pres:, or be empty' },
  }),
});
