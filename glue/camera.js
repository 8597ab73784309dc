// The camera, where there is one: used from a click on, until it is closed.

import { pixels } from "./photo.js";

export const hasCamera = () => Boolean(navigator.mediaDevices?.getUserMedia);

// Shows the camera in a video element. Gives what went wrong, if anything did: an error's name.
export async function openCamera(video) {
  try {
    const size = { width: { ideal: 1280 }, height: { ideal: 960 } };
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment", ...size },
    });
    video.srcObject = stream;
    await video.play();
    return "";
  } catch (error) {
    closeCamera(video);
    return error.name;
  }
}

export function closeCamera(video) {
  for (const track of video.srcObject?.getTracks() ?? []) track.stop();
  video.srcObject = null;
}

export const takeFrame = (video) => pixels(video, video.videoWidth, video.videoHeight);
