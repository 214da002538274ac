import { expect, test } from 'vitest';
import { PlaceGroup, SharedPlaces, placeMemory } from './places';

function make() {
  const memory = placeMemory(3);
  const [host, job] = [new PlaceGroup(memory, 1), new PlaceGroup(memory, 2)];
  return { memory, host, job, places: new SharedPlaces(memory, 1, 2) };
}

test('a place is one of the host and one of the job', () => {
  const { host, job, places } = make();
  expect(places.take()).toBe(false);
  host.room = 2;
  expect(places.take()).toBe(false);
  expect(host.taken).toBe(0);
  job.room = 5;
  expect([places.take(), places.take(), places.take()]).toEqual([true, true, false]);
  expect([host.taken, job.taken]).toEqual([2, 2]);
  places.give();
  expect([host.taken, job.taken]).toEqual([1, 1]);
  expect(places.take()).toBe(true);
});

test('what is taken beyond what there is room for is wanted back', () => {
  const { host, job, places } = make();
  host.room = 4;
  job.room = 4;
  for (let each = 0; each < 4; each++) places.take();
  expect(places.wanted()).toBe(0);
  job.room = 3;
  expect(places.wanted()).toBe(1);
  host.room = -5;
  expect(places.wanted()).toBe(4);
  for (let each = 0; each < 4; each++) places.give();
  expect(places.wanted()).toBe(0);
  expect(places.take()).toBe(false);
});

test('the fewest that a file was left with are told once', () => {
  const { host, places } = make();
  expect(host.takeRefusal()).toBeNull();
  places.refused(4);
  places.refused(7);
  places.refused(3);
  expect(host.takeRefusal()).toBe(3);
  expect(host.takeRefusal()).toBeNull();
});

test('groups lie beside each other', () => {
  const { memory, host, job } = make();
  const first = new PlaceGroup(memory, 0);
  first.room = 1;
  expect(first.take()).toBe(true);
  first.refused(1);
  expect([host.taken, job.taken, host.wanted, job.takeRefusal()]).toEqual([0, 0, 0, null]);
  first.reset();
  expect([first.taken, first.take(), first.takeRefusal()]).toEqual([0, false, null]);
});
