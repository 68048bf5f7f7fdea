// What the pointer and the keys do to a timeline, and what is told of a table under them.
class Steered {
  listen() {
    this.chart.addEventListener("keydown", (event) => this.key(event));
    this.chart.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.zoom(event.deltaY > 0 ? 1.25 : 0.8, this.scale.seconds(this.pointer(event)));
    }, { passive: false });
    this.scroller.addEventListener("scroll", () => this.byTable && this.redraw());
    this.scroller.addEventListener("pointerdown", (event) => this.drag(event));
    this.scroller.addEventListener("dblclick", (event) => this.zoom(0.4, this.scale.seconds(this.pointer(event))));
    this.overview.addEventListener("pointerdown", (event) => {
      const middle = this.whole.seconds(this.pointer(event));
      const half = (this.to - this.from) / 2;
      this.show(middle - half, middle + half);
    });
    this.body.addEventListener("pointermove", (event) => this.hover(event));
    this.body.addEventListener("pointerleave", hideTip);
  }

  pointer(event) {
    return event.clientX - this.chart.getBoundingClientRect().left;
  }

  task(event) {
    const group = event.target.closest("[data-table]");
    return group ? Number(group.dataset.table) : null;
  }

  hover(event) {
    const number = this.task(event);
    if (number === null || this.dragged) hideTip();
    else showTip(told(tables[number], this.window), event.clientX, event.clientY);
  }

  drag(event) {
    if (event.button) return;
    const number = this.task(event);
    const start = { x: event.clientX, from: this.from, to: this.to };
    const each = (this.to - this.from) / (this.scale.width - GUTTER);
    this.dragged = false;
    const move = (to) => {
      const by = (start.x - to.clientX) * each;
      if (Math.abs(to.clientX - start.x) > 3) this.dragged = true;
      if (this.dragged) this.show(start.from + by, start.to + by);
    };
    const end = () => {
      removeEventListener("pointermove", move);
      removeEventListener("pointerup", end);
      if (!this.dragged && number !== null) choose(number, "graph");
      this.dragged = false;
    };
    addEventListener("pointermove", move);
    addEventListener("pointerup", end);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const acts = {
      ArrowLeft: () => this.pan(-0.15), ArrowRight: () => this.pan(0.15),
      "+": () => this.zoom(1 / 1.6), "=": () => this.zoom(1 / 1.6), "-": () => this.zoom(1.6),
      0: () => this.show(0, this.end * 1.01),
      ArrowDown: () => this.step(1), ArrowUp: () => this.step(-1),
      Enter: () => this.near !== null && choose(this.near, "graph"),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    acts[event.key]();
  }

  step(by) {
    if (!this.members.length) return;
    const place = this.members.indexOf(this.near);
    this.near = this.members[Math.max(0, Math.min(this.members.length - 1, place + by))];
    this.reveal(this.near);
    say(told(tables[this.near], this.window));
  }
}
