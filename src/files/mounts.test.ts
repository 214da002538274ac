import { expect, test } from 'vitest';
import { isInMount, mountOf, mountPoints, mountedType, mountsBelow } from './mounts';

const MOUNTINFO = [
  '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
  '30 22 0:26 / /data rw - tmpfs tmpfs rw',
  '31 30 0:27 / /data/with\\040space rw - tmpfs tmpfs rw',
  '32 30 254:0 /elsewhere /data/sub/bind rw - ext4 /dev/vda rw',
  '33 22 0:28 / /database rw - tmpfs tmpfs rw',
  '',
].join('\n');

test('what is mounted below a folder, and not the folder itself or its neighbours', () => {
  expect(mountsBelow(MOUNTINFO, '/data')).toEqual(['with space', 'sub/bind']);
  expect(mountsBelow(MOUNTINFO, '/data/sub')).toEqual(['bind']);
  expect(mountsBelow(MOUNTINFO, '/')).toContain('database');
  expect(mountsBelow(MOUNTINFO, '/none')).toEqual([]);
});

test('what lies in a mount', () => {
  const mounts = ['sub/bind'];
  expect(isInMount(mounts, 'sub/bind')).toBe(true);
  expect(isInMount(mounts, 'sub/bind/x')).toBe(true);
  expect(isInMount(mounts, 'sub/binder')).toBe(false);
  expect(isInMount(mounts, 'sub')).toBe(false);
});

test('the mount that a path lies in', () => {
  const points = mountPoints(MOUNTINFO);
  expect(mountOf(points, '/data/sub/x')).toBe('/data');
  expect(mountOf(points, '/data/sub/bind')).toBe('/data/sub/bind');
  expect(mountOf(points, '/data/sub/bind/x')).toBe('/data/sub/bind');
  expect(mountOf(points, '/data/sub/binder')).toBe('/data');
  expect(mountOf(points, '/databases')).toBe('/');
  expect(mountOf([], '/a')).toBe('');
});

test('the kind of file system that is mounted', () => {
  expect(mountedType(MOUNTINFO, '/data/with space')).toBe('tmpfs');
  expect(mountedType(MOUNTINFO, '/')).toBe('ext4');
  expect(mountedType(MOUNTINFO, '/data/sub')).toBe(null);
});
