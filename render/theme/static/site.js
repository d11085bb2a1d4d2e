// Comforts that no page depends on.
(function () {
  "use strict";
  var root = document.documentElement;

  function remember(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
    } catch (e) {}
  }
  function recall(key) {
    try { return localStorage.getItem(key); } catch (e) { return null; }
  }

  // Theme: system, light, dark.
  var order = ["system", "light", "dark"];
  document.querySelectorAll("[data-theme-button]").forEach(function (button) {
    function label() {
      button.setAttribute("aria-label", "Theme: " + (root.dataset.theme || "system"));
      button.title = "Theme: " + (root.dataset.theme || "system");
    }
    button.hidden = false;
    label();
    button.addEventListener("click", function () {
      var next = order[(order.indexOf(root.dataset.theme || "system") + 1) % order.length];
      if (next === "system") delete root.dataset.theme;
      else root.dataset.theme = next;
      remember("docs-theme", next === "system" ? null : next);
      label();
    });
  });

  // Copy buttons.
  if (navigator.clipboard) {
    document.querySelectorAll("figure.code").forEach(function (figure) {
      var code = figure.querySelector("code");
      var button = document.createElement("button");
      button.type = "button";
      button.className = "copy";
      button.textContent = "Copy";
      button.setAttribute("aria-live", "polite");
      button.addEventListener("click", function () {
        navigator.clipboard.writeText(code.textContent).then(function () {
          button.textContent = "Copied";
          setTimeout(function () { button.textContent = "Copy"; }, 1600);
        }, function () {
          button.textContent = "Not allowed";
        });
      });
      (figure.querySelector("figcaption") || figure).appendChild(button);
    });
  }

  // Tabs of one group follow each other, here and on the next page.
  function choose(group, key, except) {
    document.querySelectorAll(".tabs").forEach(function (tabs) {
      if (tabs === except || tabs.dataset.sync !== group) return;
      tabs.querySelectorAll(":scope > .tab-radio").forEach(function (radio) {
        if (radio.dataset.tab === key) radio.checked = true;
      });
    });
  }
  document.querySelectorAll(".tabs[data-sync]").forEach(function (tabs) {
    var group = tabs.dataset.sync, stored = recall("docs-tab-" + group);
    if (stored !== null) choose(group, stored, null);
    tabs.addEventListener("change", function (event) {
      if (event.target.parentNode !== tabs) return;
      choose(group, event.target.dataset.tab, tabs);
      remember("docs-tab-" + group, event.target.dataset.tab);
    });
  });

  // A link into a tab that is not shown shows it.
  function reveal() {
    var target;
    try { target = document.getElementById(decodeURIComponent(location.hash.slice(1))); } catch (e) {}
    var found = false;
    for (var panel = target && target.closest(".tab-panel"); panel; panel = panel.parentNode.closest(".tab-panel")) {
      var label = panel.previousElementSibling;
      if (label && label.control) label.control.checked = found = true;
    }
    if (found) target.scrollIntoView();
  }
  addEventListener("hashchange", reveal);
  reveal();

  // The navigation of a narrow window: nothing behind it takes the focus.
  var nav = document.getElementById("docs:nav");
  if (nav) {
    var current = nav.querySelector('[aria-current="page"]');
    var behind = document.querySelectorAll(".top, .main, .toc, .skip");
    nav.addEventListener("toggle", function (event) {
      var open = event.newState === "open";
      behind.forEach(function (element) { element.inert = open; });
      if (open) (current || nav.querySelector("a, button")).focus();
    });
    if (current && nav.scrollHeight > nav.clientHeight) {
      nav.scrollTop = current.offsetTop - nav.clientHeight / 2;
    }
    matchMedia("(min-width: 58rem)").addEventListener("change", function (event) {
      if (event.matches && nav.matches(":popover-open")) nav.hidePopover();
    });
  }

  // The contents: mark the heading that is being read.
  var toc = document.getElementById("docs:toc");
  if (toc) {
    toc.addEventListener("click", function (event) {
      if (event.target.closest("a") && toc.matches(":popover-open")) toc.hidePopover();
    });
    var links = {}, headings = [];
    toc.querySelectorAll("a").forEach(function (link) {
      var id = decodeURIComponent(link.hash.slice(1)), heading = document.getElementById(id);
      if (heading) { links[id] = link; headings.push(heading); }
    });
    var marked = null, waiting = false;
    var mark = function () {
      waiting = false;
      var now = headings[0];
      headings.forEach(function (heading) {
        if (heading.getBoundingClientRect().top < 140 && heading.offsetParent) now = heading;
      });
      var link = now && links[now.id];
      if (link === marked || !link) return;
      if (marked) marked.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
      marked = link;
    };
    addEventListener("scroll", function () {
      if (!waiting) { waiting = true; requestAnimationFrame(mark); }
    }, { passive: true });
    mark();
  }
})();
