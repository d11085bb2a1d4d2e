console.error("a fault");
requestAnimationFrame(() => requestAnimationFrame(() => {
  document.querySelector(".late").classList.add("grown");
  requestAnimationFrame(() => requestAnimationFrame(() => {
    document.body.dataset.done = "yes";
    throw new Error("not caught");
  }));
}));
