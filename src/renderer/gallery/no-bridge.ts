/** Stands in for the preload's bridge, which some stores look at when they are loaded. Nothing ever answers. */
Object.defineProperty(window, 'heddle', {
  value: {
    invoke: () => new Promise(() => undefined),
    on: () => undefined,
  },
});
