// Sharing and copying addresses, and the subscribe sheet with this device's own way first. Where
// nothing of this runs, the addresses stand there to be copied by hand, and all ways in one order.
(function () {
  "use strict";

  function told(button) {
    var words = button.textContent;
    var live = document.createElement("span");
    live.className = "hidden";
    live.setAttribute("role", "status");
    button.after(live);
    return function () {
      live.textContent = button.dataset.done;
      button.textContent = button.dataset.done;
      setTimeout(function () {
        button.textContent = words;
        live.textContent = "";
      }, 2500);
    };
  }

  document.querySelectorAll("button[data-for]").forEach(function (button) {
    var field = document.getElementById(button.dataset.for);
    var shares = "share" in button.dataset && navigator.share;
    if (!field || !(shares || navigator.clipboard || document.execCommand)) return;
    var done = told(button);
    function byHand() {
      field.select();
      if (document.execCommand && document.execCommand("copy")) done();
    }
    function copy() {
      if (!navigator.clipboard) return byHand();
      navigator.clipboard.writeText(field.value).then(done, byHand);
    }
    button.hidden = false;
    button.addEventListener("click", function () {
      if (!shares) return copy();
      navigator.share({ title: button.dataset.share, url: field.value }).catch(function (fault) {
        if (fault.name !== "AbortError") copy();
      });
    });
  });

  function device() {
    var agent = navigator.userAgent;
    // An iPad calls itself a Macintosh; both open Apple's own sheet.
    if (/iPhone|iPad|iPod|Macintosh/.test(agent)) return "apple";
    if (/Android/.test(agent)) return "android";
    if (/Windows/.test(agent)) return "outlook";
    return "google";
  }

  document.querySelectorAll("[data-ways]").forEach(function (ways) {
    var own = device();
    var way = ways.querySelector('[data-device="' + own + '"]');
    if (!way && own === "android") way = ways.querySelector('[data-device="google"]');
    if (!way) return;
    ways.prepend(way);
    var mark = way.querySelector(".yours");
    if (mark) {
      mark.hidden = false;
      way.classList.add("way-yours");
    }
    var main = ways.querySelector(".button-main");
    var button = way.matches(".button") ? way : way.querySelector(".button");
    if (main && button) {
      main.classList.remove("button-main");
      button.classList.add("button-main");
    }
  });
})();
